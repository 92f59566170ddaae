import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RoutingRule } from '../net/link.ts';
import { decodeRule, encodeDeleteRule, encodeGetRules, encodeNewRule } from './rule.ts';
import { fromHex, toHexWords } from './testing/hex.ts';

const cases: readonly (readonly [name: string, rule: RoutingRule, hex: string])[] = [
  [
    'inverted mark, both networks, big table',
    {
      family: 4,
      priority: 99,
      table: 300,
      from: '10.0.0.0/8',
      to: '10.1.0.0/16',
      fwmark: 16,
      fwmask: 255,
      invert: true,
    },
    '02100800 00000001 02000000 08000100 0a010000 08000200 0a000000 08000600 63000000 08000f00 2c010000' +
      '08000a00 10000000 08001000 ff000000',
  ],
  [
    'IPv6 source',
    { family: 6, priority: 99, table: 254, from: 'fd00::/8' },
    '0a000800 fe000001 00000000 14000200 fd000000 00000000 00000000 00000000 08000600 63000000 08000f00 fe000000',
  ],
];
for (const [name, rule, hex] of cases) {
  test(`rule: ${name} <-> bytes`, () => {
    assert.equal(toHexWords(encodeNewRule(rule).body), toHexWords(fromHex(hex)));
    assert.equal(toHexWords(encodeDeleteRule(rule).body), toHexWords(fromHex(hex)));
    assert.deepEqual(decodeRule(fromHex(hex)), rule);
  });
}

test('rule: "from all" -> no selector', () => {
  const bare = encodeNewRule({ family: 4, priority: 1, table: 2 }).body;
  assert.deepEqual(encodeNewRule({ family: 4, priority: 1, table: 2, from: '0.0.0.0/0' }).body, bare);
});

test('list rules: one family -> bytes', () => {
  assert.equal(toHexWords(encodeGetRules(6).body), '0a000000 00000000 00000000');
});

for (const [name, hex] of [
  ['blackhole action', '02000000 00000006 00000000'],
  ['multicast family', '80000000 fe000001 00000000'],
] as const) {
  test(`rule: ${name} -> undefined`, () => assert.equal(decodeRule(fromHex(hex)), undefined));
}

test('rule: short body -> NETLINK_MALFORMED', () => {
  assert.throws(() => decodeRule(fromHex('02000000')), { code: 'NETLINK_MALFORMED' });
});
