import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { NetlinkMessage } from './message.ts';
import { encodeDeleteChain, encodeFlushChain, encodeNewChain, encodeNewRule } from './nft-chain.ts';
import { fromHex, toHexWords } from './testing/hex.ts';

const c = { family: 1, table: 'weft', chain: 'c' };
const toAb = { verdict: { kind: 'goto', chain: 'a/b' }, clearsPriority: false, comment: 'hi' } as const;
const chain = '01000000 09000100 77656674 00000000 06000300 63000000';
const inChain = '01000000 09000100 77656674 00000000 06000200 63000000';
const counter = '14000180 0c000100 636f756e 74657200 04000280';
const goto = `38000180 0e000100 696d6d65 64696174 65000000 24000280 08000100 00000000 18000280 14000280 08000100 fffffffc
  08000200 612f6200`;
const clearPriority = `2c000180 0e000100 696d6d65 64696174 65000000 18000280 08000100 00000001 0c000280 08000100 00000000
  24000180 09000100 6d657461 00000000 14000280 08000200 00000002 08000300 00000001`;
const giveBack =
  '30000180 0e000100 696d6d65 64696174 65000000 1c000280 08000100 00000000 10000280 0c000280 08000100 fffffffb';
const comment = '09000700 00036869 00000000';

/** Bytes as the nft program sends them for the same. */
const cases: readonly (readonly [name: string, sent: NetlinkMessage, type: number, flags: number, hex: string])[] = [
  ['add chain', encodeNewChain(c), 0xa03, 0x400, chain],
  ['add chain with comment', encodeNewChain(c, 'why'), 0xa03, 0x400, `${chain} 0a000c00 00047768 79000000`],
  ['delete chain', encodeDeleteChain(c), 0xa05, 0, chain],
  ['flush chain', encodeFlushChain(c), 0xa08, 0, inChain],
  [
    'add rule: counter goto',
    encodeNewRule(c, { ...toAb, counter: true }),
    0xa06,
    0xc00,
    `${inChain} 50000480 ${counter} ${goto} ${comment}`,
  ],
  [
    'add rule: goto',
    encodeNewRule(c, { ...toAb, counter: false }),
    0xa06,
    0xc00,
    `${inChain} 3c000480 ${goto} ${comment}`,
  ],
  [
    'add rule: counter meta priority set none return',
    encodeNewRule(c, { counter: true, clearsPriority: true, verdict: { kind: 'return' }, comment: 'hi' }),
    0xa06,
    0xc00,
    `${inChain} 98000480 ${counter} ${clearPriority} ${giveBack} ${comment}`,
  ],
];
for (const [name, sent, type, flags, hex] of cases) {
  test(`nft chain: ${name} -> the bytes of nft`, () => {
    assert.deepEqual([sent.type, sent.flags], [type, flags]);
    assert.equal(toHexWords(sent.body), toHexWords(fromHex(hex)));
  });
}
