import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type Cidr, cidrOf, compareCidrs, parseCidr } from '../net/cidr.ts';
import { disjointCidrs } from '../net/disjoint-cidrs.ts';
import { ipv4FromNumber, parseIp } from '../net/ip.ts';
import { DisjointNetworks } from './disjoint-networks.ts';

const seed = 20_261_121;

// Few addresses and all lengths: most networks are within others.
const cidr4 = fc
  .tuple(fc.integer({ min: 0, max: 15 }), fc.integer({ min: 24, max: 32 }))
  .map(([low, length]) => cidrOf(ipv4FromNumber(0x0a000000 + low * 16), length));
const cidr6 = fc
  .tuple(fc.integer({ min: 0, max: 15 }), fc.integer({ min: 110, max: 128 }))
  .map(([low, length]) => cidrOf(parseIp(`fd00::${low.toString(16)}00`), length));

for (const [family, cidr] of [
  ['IPv4', cidr4],
  ['IPv6', cidr6],
] as const) {
  test(`disjoint networks: random ones come and go, ${family} -> as from scratch, and the journal tells the difference`, () => {
    const operation = fc.record({ cidr, there: fc.boolean(), look: fc.boolean() });
    fc.assert(
      fc.property(fc.array(operation, { maxLength: 60 }), (operations) => {
        const networks = new DisjointNetworks();
        const all = new Set<Cidr>();
        let before = networks.snapshot();
        for (const { cidr: net, there, look } of operations) {
          if (there) all.add(net);
          else all.delete(net);
          if (there) networks.add(net);
          else networks.delete(net);
          if (!look) continue;
          const now = networks.snapshot();
          assert.deepEqual([...now.values()].sort(compareCidrs), disjointCidrs([...all]));
          const followed = new Set(before.values());
          for (const gone of now.since(before)?.removed ?? []) followed.delete(gone);
          for (const come of now.since(before)?.added ?? []) followed.add(come);
          assert.deepEqual(followed, new Set(now.values()));
          before = now;
        }
      }),
      { seed, numRuns: 300 },
    );
  });
}

test('disjoint networks: one more than 100,000 -> the journal has that one', () => {
  const networks = new DisjointNetworks();
  for (let i = 0; i < 100_000; i++) networks.add(cidrOf(ipv4FromNumber(i * 1024), 24 - (i % 3)));
  const before = networks.snapshot();
  networks.add(parseCidr('200.0.0.0/24'));
  assert.deepEqual(networks.snapshot().since(before), { removed: [], added: ['200.0.0.0/24'] });
});
