import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseCidr } from './cidr.ts';
import { disjointCidrs } from './disjoint-cidrs.ts';

const cases: readonly { readonly name: string; readonly from: string; readonly to: string }[] = [
  { name: 'nothing', from: '', to: '' },
  { name: 'neighbours', from: '10.1.0.0/16 10.0.0.0/16', to: '10.0.0.0/16 10.1.0.0/16' },
  { name: 'inner, equal', from: '10.0.3.4/32 10.0.0.0/16 10.0.0.0/16 10.0.0.0/24', to: '10.0.0.0/16' },
  { name: 'both families', from: 'fd00::1/128 ::/0 10.0.0.0/8', to: '10.0.0.0/8 ::/0' },
];
for (const { name, from, to } of cases) {
  test(`disjoint networks: ${name} -> "${to}"`, () => {
    const cidrs = from.split(' ').filter(Boolean).map(parseCidr);
    assert.equal(disjointCidrs(cidrs).join(' '), to);
  });
}
