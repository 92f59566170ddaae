import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  concatenateFields,
  decodeElements,
  encodeDeleteElements,
  encodeNewElements,
  encodeTransaction,
  type NftElement,
} from './nft-element.ts';
import { fromHex, toHexWords } from './testing/hex.ts';

const bytes = (...values: number[]) => Uint8Array.from(values);
const list = (elements: readonly NftElement[]) => ({ family: 1, table: 'weft', set: 's', elements });
const prefix = '01000000 09000100 77656674 00000000 06000200 73000000';

const cases: readonly (readonly [name: string, elements: readonly NftElement[], hex: string])[] = [
  [
    'key with comment',
    [{ key: bytes(10, 0, 0, 1), comment: 'hi' }],
    '20000380 1c000180 0c000180 08000100 0a000001 09000600 00036869 00000000',
  ],
  [
    'interval: start, and end with its flag',
    [{ key: bytes(10, 0, 0, 0) }, { key: bytes(10, 0, 1, 0), intervalEnd: true }],
    '2c000380 10000180 0c000180 08000100 0a000000 18000180 08000300 00000001 0c000180 08000100 0a000100',
  ],
  [
    'concatenated range: key and key end',
    [
      {
        key: concatenateFields([bytes(10, 0, 0, 0), bytes(6), bytes(0, 80)]),
        keyEnd: concatenateFields([bytes(10, 0, 0, 255), bytes(6), bytes(0, 90)]),
      },
    ],
    '30000380 2c000180 14000180 10000100 0a000000 06000000 00500000 14000a80 10000100 0a0000ff 06000000 005a0000',
  ],
  [
    'verdicts: goto, jump, drop',
    [
      { key: bytes(1), data: { kind: 'goto', chain: 'a/b' } },
      { key: bytes(2), data: { kind: 'jump', chain: 'c' } },
      { key: bytes(3), data: { kind: 'drop' } },
    ],
    '74000380 28000180 0c000180 05000100 01000000 18000280 14000280 08000100 fffffffc 08000200 612f6200' +
      '28000180 0c000180 05000100 02000000 18000280 14000280 08000100 fffffffd 06000200 63000000' +
      '20000180 0c000180 05000100 03000000 10000280 0c000280 08000100 00000000',
  ],
  [
    'data: address and port',
    [{ key: bytes(1), data: bytes(10, 1, 1, 1, 0, 80, 0, 0) }],
    '24000380 20000180 0c000180 05000100 01000000 10000280 0c000100 0a010101 00500000',
  ],
];
for (const [name, elements, hex] of cases) {
  test(`nft elements: ${name} <-> bytes`, () => {
    const [added] = encodeNewElements(list(elements));
    const [deleted] = encodeDeleteElements(list(elements));
    assert.ok(added !== undefined && deleted !== undefined);
    assert.equal(toHexWords(added.body), toHexWords(fromHex(prefix + hex)));
    assert.deepEqual([added.type, deleted.type], [0xa0c, 0xa0e]);
    assert.deepEqual(deleted.body, added.body);
    assert.deepEqual(decodeElements(added.body), list(elements));
  });
}

test('nft elements: more than one attribute can hold -> several messages, nothing lost', () => {
  const elements = Array.from({ length: 10_000 }, (_, i) => ({ key: bytes(10, 0, i >> 8, i & 255) }));
  const messages = encodeNewElements(list(elements));
  assert.ok(messages.length > 1);
  assert.ok(messages.every(({ body }) => body.length < 65_536));
  assert.deepEqual(
    messages.flatMap(({ body }) => decodeElements(body).elements),
    elements,
  );
});

test('nft transaction: begin and end around the changes', () => {
  const changes = encodeNewElements(list([{ key: bytes(1) }]));
  const messages = encodeTransaction(changes);
  assert.deepEqual(
    messages.map(({ type }) => type),
    [0x10, 0xa0c, 0x11],
  );
  assert.equal(toHexWords(messages[0]?.body ?? bytes()), '0000000a');
});

test('nft elements: unknown verdict -> NETLINK_MALFORMED', () => {
  const hex = `${prefix} 24000380 20000180 0c000180 05000100 03000000 10000280 0c000280 08000100 00000063`;
  assert.throws(() => decodeElements(fromHex(hex)), { code: 'NETLINK_MALFORMED' });
});
