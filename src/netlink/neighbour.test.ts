import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Ip } from '../net/ip.ts';
import type { FdbEntry, Neighbour } from '../net/link.ts';
import type { Mac } from '../net/mac.ts';
import {
  asFdbEntry,
  asNeighbour,
  decodeNeighbour,
  encodeDeleteFdbEntry,
  encodeDeleteNeighbour,
  encodeGetNeighbours,
  encodeReplaceFdbEntry,
  encodeReplaceNeighbour,
} from './neighbour.ts';
import { fromHex, toHexWords } from './testing/hex.ts';

const mac = '66:01:02:03:04:05' as Mac;
const nameOf = () => 'vxlan.calico';
const neighbour = (ip: string): Neighbour => ({ device: 'vxlan.calico', ip: ip as Ip, mac });
const entry: FdbEntry = { device: 'vxlan.calico', remote: '192.168.122.21' as Ip, mac };

const neighbours = [
  ['IPv4', neighbour('10.24.1.0'), '02000000 07000000 80000000 08000100 0a180100 0a000200 66010203 04050000'],
  [
    'IPv6',
    neighbour('fd00::1'),
    '0a000000 07000000 80000000 14000100 fd000000 00000000 00000000 00000001 0a000200 66010203 04050000',
  ],
] as const;
for (const [name, value, hex] of neighbours) {
  test(`neighbour: ${name} permanent entry <-> bytes`, () => {
    assert.equal(toHexWords(encodeReplaceNeighbour(value, 7).body), hex);
    assert.equal(toHexWords(encodeDeleteNeighbour(value, 7).body), hex);
    const message = decodeNeighbour(fromHex(hex), nameOf);
    assert.deepEqual(asNeighbour(message), value);
    assert.equal(asFdbEntry(message), undefined);
  });
}

test('fdb: entry of a vxlan device <-> bytes, AF_BRIDGE and NTF_SELF', () => {
  const hex = '07000000 07000000 80000200 0a000200 66010203 04050000 08000100 c0a87a15';
  assert.equal(toHexWords(encodeReplaceFdbEntry(entry, 7).body), hex);
  assert.equal(toHexWords(encodeDeleteFdbEntry(entry, 7).body), hex);
  const message = decodeNeighbour(fromHex(hex), nameOf);
  assert.deepEqual(asFdbEntry(message), entry);
  assert.equal(asNeighbour(message), undefined);
});

test('list neighbours: device -> NDA_IFINDEX, for the bridge family ndm_ifindex', () => {
  assert.equal(toHexWords(encodeGetNeighbours(4, 7).body), '02000000 00000000 00000000 08000800 07000000');
  assert.equal(toHexWords(encodeGetNeighbours('bridge', 7).body), '07000000 07000000 00000000');
});

for (const [name, hex] of [
  ['learned (reachable)', '02000000 07000000 02000000 08000100 0a180100 0a000200 66010203 04050000'],
  ['permanent without MAC', '02000000 07000000 80000000 08000100 0a180100'],
  ['bridge port entry without remote end', '07000000 07000000 80000200 0a000200 66010203 04050000'],
  ['entry of the bridge itself', '07000000 07000000 80000000 0a000200 66010203 04050000 08000100 c0a87a15'],
] as const) {
  test(`neighbour: ${name} -> none of ours`, () => {
    const message = decodeNeighbour(fromHex(hex), nameOf);
    assert.equal(asNeighbour(message), undefined);
    assert.equal(asFdbEntry(message), undefined);
  });
}

test('neighbour: short body -> NETLINK_MALFORMED', () => {
  assert.throws(() => decodeNeighbour(fromHex('02000000 07000000'), nameOf), { code: 'NETLINK_MALFORMED' });
});
