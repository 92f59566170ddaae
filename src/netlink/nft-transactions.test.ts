import assert from 'node:assert/strict';
import { test } from 'node:test';
import { outgoing } from './message.ts';
import { encodeNewElements } from './nft-element.ts';
import { NftTransactions } from './nft-transactions.ts';
import { fromHex } from './testing/hex.ts';

const change = (family: number, table: string) =>
  encodeNewElements({ family, table, set: 's', elements: [{ key: Uint8Array.of(1) }] })[0] ??
  outgoing(0, 0, fromHex(''));
const end = (generation: string) => outgoing(0xa0f, 0, fromHex(`00000000 08000100 ${generation} 08000200 0000162e`));

test('nft transactions: changes, then the end -> one transaction with its tables', () => {
  const { decode } = new NftTransactions();
  assert.equal(decode(change(1, 'weft')), undefined);
  assert.equal(decode(change(2, 'kube-proxy')), undefined);
  assert.equal(decode(change(1, 'weft')), undefined);
  assert.deepEqual(decode(end('00000005')), { generation: 5, tables: ['inet weft', 'ip kube-proxy'] });
});

test('nft transactions: the next one -> only its own tables', () => {
  const { decode } = new NftTransactions();
  decode(change(1, 'weft'));
  decode(end('00000005'));
  assert.deepEqual(decode(end('ffffffff')), { generation: 0xffffffff, tables: [] });
});

test('nft transactions: messages of another subsystem -> not counted', () => {
  const { decode } = new NftTransactions();
  assert.equal(decode(outgoing(0x100, 0, fromHex('02000000'))), undefined);
  assert.deepEqual(decode(end('00000001')), { generation: 1, tables: [] });
});
