import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Ip } from '../net/ip.ts';
import type { InterfaceAddress } from '../net/link.ts';
import { decodeAddress, encodeDeleteAddress, encodeGetAddresses, encodeReplaceAddress } from './interface-address.ts';
import { fromHex, toHexWords } from './testing/hex.ts';

const ip = (text: string) => text as Ip;
const nameOf = () => 'eth0';

const cases: readonly (readonly [name: string, address: InterfaceAddress, hex: string])[] = [
  [
    'IPv4 network -> with broadcast address',
    { device: 'eth0', ip: ip('192.168.122.20'), prefixLength: 24 },
    '02180000 03000000 08000200 c0a87a14 08000100 c0a87a14 08000400 c0a87aff',
  ],
  [
    'IPv4 /23 -> broadcast address across the byte',
    { device: 'eth0', ip: ip('10.1.2.3'), prefixLength: 23 },
    '02170000 03000000 08000200 0a010203 08000100 0a010203 08000400 0a0103ff',
  ],
  [
    'IPv4 /32 -> no broadcast address',
    { device: 'eth0', ip: ip('10.24.0.3'), prefixLength: 32 },
    '02200000 03000000 08000200 0a180003 08000100 0a180003',
  ],
  [
    'IPv6 link scope -> IFA_F_NODAD',
    { device: 'eth0', ip: ip('fd00::3'), prefixLength: 128, scope: 'link' },
    '0a8002fd 03000000 14000200 fd000000 00000000 00000000 00000003 14000100 fd000000 00000000 00000000 00000003',
  ],
];
for (const [name, address, hex] of cases) {
  test(`address: ${name}`, () => {
    assert.equal(toHexWords(encodeReplaceAddress(address, 3).body), hex);
    assert.equal(toHexWords(encodeDeleteAddress(address, 3).body), hex);
    assert.deepEqual(decodeAddress(fromHex(hex), nameOf), address);
  });
}

test('list addresses: family and device -> filtered by the kernel', () => {
  assert.equal(toHexWords(encodeGetAddresses(4, 3).body), '02000000 03000000');
  assert.equal(toHexWords(encodeGetAddresses(undefined).body), '00000000 00000000');
});

test('address: point-to-point -> ours is IFA_LOCAL', () => {
  const hex = '02200000 03000000 08000100 0a000002 08000200 0a000001';
  assert.equal(decodeAddress(fromHex(hex), nameOf)?.ip, '10.0.0.1');
});

test('address: other family -> undefined', () => {
  assert.equal(decodeAddress(fromHex('1c200000 03000000'), nameOf), undefined);
});

for (const [name, hex] of [
  ['short', '0220'],
  ['no address', '02200000 03000000'],
  ['address of two bytes', '02200000 03000000 06000200 0a000000'],
] as const) {
  test(`address: ${name} -> NETLINK_MALFORMED`, () => {
    assert.throws(() => decodeAddress(fromHex(hex), nameOf), { code: 'NETLINK_MALFORMED' });
  });
}
