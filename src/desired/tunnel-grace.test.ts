import assert from 'node:assert/strict';
import { test } from 'node:test';
import { graceEndsInMs, keptAddresses, keptDevices, type TunnelUses, usesAfter } from './tunnel-grace.ts';

const times = { graceMs: 30_000, deviceMs: 3000 };
const device = 'vxlan.calico';

/** What happens to one device: at each moment whether it is used and announced, then what is kept. */
const stories: readonly {
  readonly name: string;
  readonly looks: readonly (readonly [ms: number, used: boolean, announced: boolean])[];
  readonly atMs: number;
  readonly address: boolean;
  readonly device: boolean;
  readonly endsInMs: number | undefined;
}[] = [
  { name: 'never used', looks: [[0, false, false]], atMs: 1, address: false, device: false, endsInMs: undefined },
  { name: 'in use', looks: [[0, true, true]], atMs: 99_999, address: true, device: true, endsInMs: undefined },
  {
    name: 'out of use a moment ago, after a long time without a look',
    looks: [
      [0, true, true],
      [500_000, false, true],
    ],
    atMs: 529_999,
    address: true,
    device: true,
    endsInMs: 1,
  },
  {
    name: 'grace over, still announced',
    looks: [
      [0, true, true],
      [10, false, true],
      [30_010, false, true],
    ],
    atMs: 30_011,
    address: false,
    device: true,
    endsInMs: undefined,
  },
  {
    name: 'no longer announced',
    looks: [
      [0, true, true],
      [10, false, true],
      [31_000, false, false],
    ],
    atMs: 33_999,
    address: false,
    device: true,
    endsInMs: 1,
  },
  {
    name: 'all over',
    looks: [
      [0, true, true],
      [10, false, true],
      [31_000, false, false],
    ],
    atMs: 34_000,
    address: false,
    device: false,
    endsInMs: undefined,
  },
  {
    name: 'used again within the grace period',
    looks: [
      [0, true, true],
      [10, false, true],
      [20_000, true, true],
    ],
    atMs: 60_000,
    address: true,
    device: true,
    endsInMs: undefined,
  },
];
for (const { name, looks, atMs, address, device: stays, endsInMs } of stories) {
  const kept = [address ? 'address' : '', stays ? 'device' : ''].filter(Boolean).join(' and ') || 'nothing';
  test(`grace of a tunnel: ${name} -> keeps ${kept}`, () => {
    let uses: TunnelUses = new Map();
    for (const [ms, used, announced] of looks) {
      uses = usesAfter(uses, ms, new Set(used ? [device] : []), new Set(announced ? [device] : []));
    }
    assert.equal(keptAddresses(uses, atMs, times).has(device), address);
    assert.equal(keptDevices(uses, atMs, times).has(device), stays);
    assert.equal(graceEndsInMs(uses, atMs, times), endsInMs);
  });
}
