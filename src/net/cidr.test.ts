import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  cidrAddress,
  cidrContains,
  cidrContainsIp,
  cidrLength,
  cidrOf,
  cidrSize,
  cidrsOverlap,
  parseCidr,
  parseIpWithPrefix,
  tryParseCidr,
} from './cidr.ts';
import { addressBits, ipFamily, ipFromBytes, ipToBigInt, parseIp } from './ip.ts';

const refused = [
  '10.0.0.1/24',
  '10.0.0.0/33',
  '10.0.0.0/-1',
  '10.0.0.0/',
  '10.0.0.0/2x',
  'fd00::1/64',
  '/24',
  '10.0.0.0/24/24',
  'fd00::/129',
];
for (const text of refused) {
  test(`network: "${text}" -> refused`, () => {
    assert.throws(() => parseCidr(text), { code: 'NET_BAD_CIDR' });
    assert.equal(tryParseCidr(text), undefined);
  });
}

test('network: host bits set -> the message says what was meant', () => {
  assert.throws(() => parseCidr('10.0.0.7/26'), /"10\.0\.0\.0\/26" needed/);
});

test('address with length: host bits kept, bare address gets the full length', () => {
  assert.deepEqual(parseIpWithPrefix('192.168.122.20/24'), { ip: '192.168.122.20', prefixLength: 24 });
  assert.deepEqual(parseIpWithPrefix('fd00::1'), { ip: 'fd00::1', prefixLength: 128 });
});

const anyNetwork = fc
  .tuple(
    fc.oneof(fc.uint8Array({ minLength: 4, maxLength: 4 }), fc.uint8Array({ minLength: 16, maxLength: 16 })),
    fc.nat(),
  )
  .map(([bytes, n]) => {
    const ip = ipFromBytes(bytes);
    return { ip, cidr: cidrOf(ip, n % (addressBits(ipFamily(ip)) + 1)) };
  });

test('network: of an address -> holds it, and exactly the addresses of its range', () => {
  fc.assert(
    fc.property(anyNetwork, anyNetwork, ({ ip, cidr }, other) => {
      assert.ok(cidrContainsIp(cidr, ip));
      assert.equal(parseCidr(cidr), cidr);
      const first = ipToBigInt(cidrAddress(cidr));
      const number = ipToBigInt(other.ip);
      const inside = ipFamily(other.ip) === ipFamily(ip) && number >= first && number < first + cidrSize(cidr);
      assert.equal(cidrContainsIp(cidr, other.ip), inside);
    }),
  );
});

test('network: overlap -> one holds the other', () => {
  fc.assert(
    fc.property(anyNetwork, anyNetwork, ({ cidr: a }, { cidr: b }) => {
      assert.equal(cidrsOverlap(a, b), cidrContains(a, b) || cidrContains(b, a));
      assert.equal(cidrsOverlap(a, b), cidrsOverlap(b, a));
      if (cidrContains(a, b)) assert.ok(cidrLength(a) <= cidrLength(b));
    }),
  );
});

test('network: no IPv6 address is in an IPv4 network', () => {
  assert.equal(cidrContainsIp(parseCidr('0.0.0.0/0'), parseIp('::')), false);
  assert.equal(cidrContainsIp(parseCidr('::/0'), parseIp('0.0.0.0')), false);
});
