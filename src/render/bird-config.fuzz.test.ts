import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { bgpFilter, bgpPool, bgpState, meshSession, outsideSession } from '../../test/support/bgp-states.ts';
import { checkBird } from '../../test/support/check-bird.ts';
import { formatBirdConfiguration } from '../bird/format.ts';
import { type Cidr, cidrOf } from '../net/cidr.ts';
import { type Family, ipFromBigInt } from '../net/ip.ts';
import type { BgpFilterRule, BgpSession, BgpState } from '../routing/bgp-state.ts';
import { renderBirdConfiguration } from './bird-config.ts';

const seed = 20250604;

const ip = (family: Family) =>
  fc
    .bigInt({ min: 0x0b000000n, max: 0xdf000000n })
    .map((value) => ipFromBigInt(family === 4 ? value : (0xfd00n << 112n) + value, family));
const cidr = (family: Family) =>
  fc.tuple(ip(family), fc.nat({ max: family === 4 ? 32 : 128 })).map(([address, length]) => cidrOf(address, length));
const cidrs = fc.array(fc.oneof(cidr(4), cidr(6)), { maxLength: 6 });
const as = fc.integer({ min: 1, max: 4294967295 });
const short = fc.nat({ max: 65535 });
const community = fc.oneof(
  fc.tuple(short, short).map((parts) => parts.join(':')),
  fc.tuple(as, as, as).map((parts) => parts.join(':')),
);
const priority = fc.integer({ min: 1, max: 2147483646 });
const names = ['first', 'a.b-c', 'x'.repeat(200), 'Überlänge "}; \\ \n', 'not there'];

const rule = (family: Family): fc.Arbitrary<BgpFilterRule> =>
  fc
    .tuple(
      fc.record({
        fromRemotePeers: fc.boolean(),
        communities: fc.array(community, { maxLength: 1 }),
        asPathPrefix: fc.array(as, { maxLength: 3 }),
        action: fc.constantFrom('Accept', 'Reject'),
        operations: fc.array(
          fc.oneof(
            community.map((value) => ({ kind: 'add community', value }) as const),
            fc.array(as, { minLength: 1, maxLength: 3 }).map((path) => ({ kind: 'prepend AS path', path }) as const),
            priority.map((value) => ({ kind: 'set priority', value }) as const),
          ),
          { maxLength: 3 },
        ),
      }),
      fc.record(
        {
          cidr: fc.record({ network: cidr(family), operator: fc.constantFrom('Equal', 'NotEqual', 'In', 'NotIn') }),
          prefixLength: fc.record({ min: fc.nat({ max: 32 }), max: fc.nat({ max: 32 }) }),
          interface: fc.string(),
          peerType: fc.constantFrom('eBGP', 'iBGP'),
          priority,
        },
        { requiredKeys: [] },
      ),
    )
    .map(([always, sometimes]) => ({ ...always, ...sometimes }));

const session = (family: Family): fc.Arbitrary<Partial<BgpSession> & Pick<BgpSession, 'peer'>> =>
  fc
    .tuple(
      fc.record({
        peer: ip(family),
        peerAs: as,
        localAs: fc.oneof(as, fc.constant(64512)),
        passive: fc.boolean(),
        outside: fc.boolean(),
        distance: fc.constantFrom('direct', 'multihop'),
        nextHop: fc.constantFrom('auto', 'self', 'keep'),
        reflectorClient: fc.boolean(),
        filters: fc.uniqueArray(fc.constantFrom(...names), { maxLength: 3 }),
      }),
      fc.record(
        {
          peerPort: fc.integer({ min: 1, max: 65535 }),
          ttlSecurityHops: fc.integer({ min: 1, max: 255 }),
          password: fc.constantFrom('good', 'hostile', 'absent').map((key) => ({ key, version: '1' })),
          restartSeconds: fc.nat({ max: 100000 }),
          keepaliveSeconds: fc.nat({ max: 100000 }),
          allowedLocalAs: fc.nat({ max: 10 }),
          bfd: fc.constant({ minimumReceiveMs: 100, minimumTransmitMs: 1000, multiplier: 3 }),
        },
        { requiredKeys: [] },
      ),
    )
    .map(([always, sometimes]) => ({ ...always, ...sometimes }));

const services = fc.record({ announced: cidrs, passedOn: cidrs, all: cidrs });
const pool = fc
  .tuple(fc.oneof(cidr(4), cidr(6)), fc.boolean(), fc.constantFrom('bird' as const, 'agent' as const))
  .map(([network, exported, kernelRoutes]) => bgpPool('pool', network, { exported, kernelRoutes }));
const rules = (family: Family) => fc.array(rule(family), { maxLength: 4 });
const filters = fc
  .tuple(fc.boolean(), rules(4), rules(4), rules(6), rules(6))
  .map(([missing, importV4, exportV4, importV6, exportV6]) =>
    names.slice(0, -1).map((name) => bgpFilter(name, { missing, importV4, exportV4, importV6, exportV6 })),
  );

const state: fc.Arbitrary<BgpState> = fc
  .record({
    node: fc.string(),
    asNumber: as,
    routerId: ip(4),
    nodeAddress6: ip(6),
    logSeverity: fc.constantFrom('Trace', 'Debug', 'Info', 'Warning', 'Error', 'Fatal', 'None'),
    listenPort: fc.integer({ min: 1, max: 65535 }),
    listenOn: fc.constantFrom('any', 'node'),
    clusterId: ip(4),
    four: fc.array(session(4), { maxLength: 4 }),
    six: fc.array(session(6), { maxLength: 4 }),
    filters,
    pools: fc.array(pool, { maxLength: 4 }),
    links: cidrs,
    farNodes: cidrs,
    blocks: cidrs,
    services,
    communities: fc.array(
      fc.record({ cidr: fc.oneof(cidr(4), cidr(6)), communities: fc.array(community, { maxLength: 3 }) }),
      { maxLength: 3 },
    ),
    ignoredInterfaces: fc.array(fc.string(), { maxLength: 3 }),
    priority4: priority,
    priority6: priority,
    clusterAsNumbers: fc.uniqueArray(as, { maxLength: 4 }),
  })
  .map(({ four, six, ...rest }) => {
    const sessions = [...four, ...six].map((one, i) =>
      (i % 2 === 0 ? meshSession : outsideSession)(one.peer, one.peer, { ...one, name: `Node_${i}` }),
    );
    return bgpState({ ...rest, sessions });
  });

const passwords = new Map([
  ['good', 'pass; word }\\'],
  ['hostile', '"; } include "/etc/shadow'],
]);

test('bird: any state -> bird -p accepts the configuration', () => {
  fc.assert(
    fc.property(state, (one) => {
      assert.equal(checkBird(formatBirdConfiguration(renderBirdConfiguration(one, passwords)).text), '');
    }),
    { seed, numRuns: 150 },
  );
});

/** Words between quotes and comments are not structure. */
function structure(text: string): string {
  return text.replaceAll(/"[^"\n]*"/g, '""').replaceAll(/#[^\n]*/g, '#');
}

const hostile = [
  '"; }',
  "'",
  '\\',
  '\n',
  '\r\n}',
  '\0',
  '/*',
  '*/',
  '#',
  '";\nprotocol static { ipv4; }\n"',
  'é\u2028',
];

test('bird: hostile names and patterns -> the same structure as harmless ones', () => {
  const render = (text: string) =>
    structure(
      formatBirdConfiguration(
        renderBirdConfiguration(
          bgpState({
            node: text,
            ignoredInterfaces: [text],
            pools: [bgpPool(text, '10.24.0.0/16')],
            filters: [
              bgpFilter('f', {
                importV4: [
                  {
                    interface: text,
                    action: 'Reject',
                    fromRemotePeers: false,
                    communities: [],
                    asPathPrefix: [],
                    operations: [],
                  },
                ],
              }),
            ],
            reachableBy: [
              {
                peer: '10.0.0.1/32' as Cidr,
                via: '10.0.0.2' as BgpSession['peer'],
                origin: { kind: 'BGPPeer', name: text },
              },
            ],
            sessions: [
              outsideSession('10.0.0.1', '10.0.0.3', {
                origin: { kind: 'BGPPeer', name: text },
                filters: ['f'],
                password: { key: `s/${text}`, version: '' },
              }),
            ],
          }),
          new Map([[`s/${text}`, text.replaceAll(/["\r\n\0]/g, 'x')]]),
        ),
      ).text,
    );
  const harmless = render('harmless');
  for (const text of hostile) assert.equal(render(text), harmless, JSON.stringify(text));
});
