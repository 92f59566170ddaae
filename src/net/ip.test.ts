import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  compareIps,
  type Ip,
  ipFamily,
  ipFromBigInt,
  ipFromBytes,
  ipPlus,
  ipToBigInt,
  ipToBytes,
  isMappedIpv4,
  parseIp,
  tryParseIp,
} from './ip.ts';

const canonical: readonly { text: string; ip: string | undefined }[] = [
  { text: '10.24.0.1', ip: '10.24.0.1' },
  { text: '255.255.255.255', ip: '255.255.255.255' },
  { text: 'FD00::1', ip: 'fd00::1' },
  { text: 'fd00:0:0:0:0:0:0:1', ip: 'fd00::1' },
  { text: '2001:db8:0:1:1:1:1:1', ip: '2001:db8:0:1:1:1:1:1' },
  { text: '::', ip: '::' },
  { text: '010.0.0.1', ip: undefined },
  { text: '10.0.0', ip: undefined },
  { text: '10.0.0.256', ip: undefined },
  { text: '0x7f.0.0.1', ip: undefined },
  { text: '2130706433', ip: undefined },
  { text: 'fe80::1%eth0', ip: undefined },
  { text: 'fd00::1::2', ip: undefined },
  { text: '', ip: undefined },
  { text: ' 10.0.0.1', ip: undefined },
];

for (const { text, ip } of canonical) {
  test(`address: "${text}" -> ${ip ?? 'refused'}`, () => {
    assert.equal(tryParseIp(text), ip);
    if (ip === undefined) assert.throws(() => parseIp(text), { code: 'NET_BAD_IP' });
  });
}

const anyIp = fc.oneof(
  fc.uint8Array({ minLength: 4, maxLength: 4 }).map(ipFromBytes),
  fc.uint8Array({ minLength: 16, maxLength: 16 }).map(ipFromBytes),
  fc.ipV6().map(parseIp),
);

test('address: bytes, number and text -> the same address again', () => {
  fc.assert(
    fc.property(anyIp, (ip) => {
      assert.equal(ipFromBytes(ipToBytes(ip)), ip);
      assert.equal(ipFromBigInt(ipToBigInt(ip), ipFamily(ip)), ip);
      assert.equal(parseIp(ip), ip);
    }),
  );
});

test('address: order of addresses -> order of numbers within a family, IPv4 first', () => {
  fc.assert(
    fc.property(anyIp, anyIp, (a, b) => {
      const expected =
        ipFamily(a) !== ipFamily(b)
          ? ipFamily(a) - ipFamily(b)
          : ipToBigInt(a) < ipToBigInt(b)
            ? -1
            : ipToBigInt(a) > ipToBigInt(b)
              ? 1
              : 0;
      assert.equal(Math.sign(compareIps(a, b)), Math.sign(expected));
    }),
  );
});

test('address: counting past the last -> error, never a wrapped address', () => {
  assert.equal(ipPlus('10.0.0.255' as Ip, 1), '10.0.1.0');
  assert.throws(() => ipPlus('255.255.255.255' as Ip, 1), { code: 'NET_BAD_IP' });
  assert.throws(() => ipPlus('::' as Ip, -1), { code: 'NET_BAD_IP' });
});

test('isMappedIpv4: ::ffff:A.B.C.D only -> true', () => {
  const mapped = (text: string) => isMappedIpv4(parseIp(text));
  assert.deepEqual(['::ffff:10.0.0.1', '::FFFF:a00:1', '::ffff:0:0'].map(mapped), [true, true, true]);
  assert.deepEqual(['10.0.0.1', '::ffff:1:2:3', '::ffff'].map(mapped), [false, false, false]);
});
