import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodeNftRule, encodeListRules } from './nft-rule.ts';
import { fromHex, toHexWords } from './testing/hex.ts';

test('nft rule: dump of a table, of one chain -> request', () => {
  const { body, flags, type } = encodeListRules(1, 'weft');
  assert.deepEqual([type, flags, toHexWords(body)], [0xa07, 0x300, '01000000 09000100 77656674 00000000']);
  assert.equal(
    toHexWords(encodeListRules(1, 'weft', 'c').body),
    '01000000 09000100 77656674 00000000 06000200 63000000',
  );
});

/** As the kernel sends it: `counter packets 9 bytes 4294967484`, then something else. */
const expressions = (packets: string): string => `3c000480
  2c000180 0c000100 636f756e 74657200 1c000280 0c000100 00000001 000000bc 0c000200 00000000 ${packets}
  0c000180 08000100 6d657461`;
const rule = (packets: string, userdata = ''): Uint8Array =>
  fromHex(
    `01000002 06000100 74000000 06000200 63000000 0c000300 00000000 00000007 ${expressions(packets)} ${userdata}`,
  );
/** Type 1 first: `nft` writes other things into the same field. */
const comment = '0d000700 01020000 00026869 00000000';

test('nft rule: chain, handle, counter, comment -> read', () => {
  const { expressions: _, ...read } = decodeNftRule(rule('00000009', comment));
  assert.deepEqual(read, { chain: 'c', handle: 7, comment: 'hi', counter: { packets: 9, bytes: 4_294_967_484 } });
});

test('nft rule: two counts of one rule -> the same expressions', () => {
  assert.deepEqual(decodeNftRule(rule('00000009')).expressions, decodeNftRule(rule('0000000a')).expressions);
  assert.equal(decodeNftRule(rule('00000009')).expressions.length, 2);
});

test('nft rule: no counter, no comment -> absent, empty', () => {
  const read = decodeNftRule(fromHex('01000002 06000200 63000000'));
  assert.deepEqual(read, { chain: 'c', handle: 0, comment: '', expressions: [] });
});
