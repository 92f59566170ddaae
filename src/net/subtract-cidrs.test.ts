import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseCidr } from './cidr.ts';
import { subtractCidrs } from './subtract-cidrs.ts';

const cases: readonly (readonly [string, readonly string[], readonly string[], readonly string[]])[] = [
  ['no hole -> as it was, without overlaps', ['10.0.0.0/8', '10.1.0.0/16'], [], ['10.0.0.0/8']],
  ['the hole is elsewhere -> as it was', ['10.0.0.0/24'], ['10.0.1.0/24'], ['10.0.0.0/24']],
  ['the hole is the network -> nothing', ['10.0.0.0/24'], ['10.0.0.0/24'], []],
  ['the hole is larger -> nothing', ['10.0.0.0/24'], ['10.0.0.0/8'], []],
  ['the hole is one half -> the other', ['10.0.0.0/24'], ['10.0.0.0/25'], ['10.0.0.128/25']],
  ['a quarter -> two networks', ['10.0.0.0/24'], ['10.0.0.64/26'], ['10.0.0.0/26', '10.0.0.128/25']],
  ['two holes', ['10.0.0.0/30'], ['10.0.0.0/32', '10.0.0.3/32'], ['10.0.0.1/32', '10.0.0.2/32']],
  ['overlapping holes', ['10.0.0.0/24'], ['10.0.0.0/25', '10.0.0.0/26'], ['10.0.0.128/25']],
  ['everything but a half, IPv6', ['::/0'], ['8000::/1'], ['::/1']],
  ['families do not meet', ['10.0.0.0/24'], ['::/0'], ['10.0.0.0/24']],
];

for (const [name, from, holes, expected] of cases) {
  test(`subtract networks: ${name}`, () => {
    assert.deepEqual(subtractCidrs(from.map(parseCidr), holes.map(parseCidr)), expected);
  });
}
