import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseTableListing } from './parse-json.ts';

const table = { table: { family: 'inet', name: 'weft', handle: 1 } };
const set = (elem: unknown[], more: object = {}) => ({
  nftables: [
    { metainfo: {} },
    table,
    { set: { family: 'inet', name: 's', table: 'weft', type: 'mark', elem, ...more } },
  ],
});

/** Element as nft prints it -> the parts of its key. */
const elements: readonly { readonly name: string; readonly json: unknown; readonly key: readonly string[] }[] = [
  { name: 'address', json: '10.0.0.1', key: ['10.0.0.1'] },
  { name: 'IPv6 address in another spelling', json: 'FD00:0::1', key: ['fd00::1'] },
  { name: 'network', json: { prefix: { addr: '10.0.0.0', len: 26 } }, key: ['10.0.0.0/26'] },
  { name: 'range', json: { range: ['10.0.0.1', '10.0.0.9'] }, key: ['10.0.0.1-10.0.0.9'] },
  { name: 'port', json: 80, key: ['80'] },
  { name: 'concatenation', json: { concat: ['cali1', '10.0.0.1', 80] }, key: ['cali1', '10.0.0.1', '80'] },
  { name: 'with comment', json: { elem: { val: { concat: ['cali1', 'tcp'] }, comment: 'x' } }, key: ['cali1', 'tcp'] },
];
for (const { name, json, key } of elements) {
  test(`listing: element, ${name} -> its parts`, () => {
    assert.deepEqual(parseTableListing(set([json]))?.sets[0]?.elements[0]?.key, key);
  });
}

test('listing: rule with and without counter, comment and hash -> read', () => {
  const rule = (more: object) => ({ rule: { family: 'inet', table: 'weft', chain: 'c', handle: 7, ...more } });
  const listing = {
    nftables: [
      table,
      { chain: { family: 'inet', table: 'weft', name: 'c', handle: 1 } },
      rule({ comment: 'why #0123456789', expr: [{ counter: { packets: 3, bytes: 252 } }, { drop: null }] }),
      rule({ expr: [{ accept: null }] }),
    ],
  };
  assert.deepEqual(parseTableListing(listing)?.chains, [
    {
      name: 'c',
      rules: [
        { handle: 7, comment: 'why #0123456789', hash: '0123456789', packets: 3, bytes: 252 },
        { handle: 7, comment: '', packets: 0, bytes: 0 },
      ],
    },
  ]);
});

test('listing: no table in it -> undefined', () => {
  assert.equal(parseTableListing({ nftables: [{ metainfo: {} }] }), undefined);
});

for (const listing of [
  undefined,
  null,
  'text',
  {},
  { nftables: 1 },
  { nftables: [1] },
  set([null]),
  set([], { type: 7 }),
]) {
  test(`listing: ${JSON.stringify(listing)?.slice(0, 60)} -> NFT_BAD_LISTING`, () => {
    assert.throws(() => parseTableListing(listing), { code: 'NFT_BAD_LISTING' });
  });
}
