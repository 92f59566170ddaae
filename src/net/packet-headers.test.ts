import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { decodePacketHeaders, type PacketHeaders } from './packet-headers.ts';

const fromHex = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text.replaceAll(/\s/g, ''), 'hex'));

/** 10.0.0.1 to 10.0.0.2, IPv4 header of 20 bytes; protocol and fragment field as given. */
const ipv4 = (protocol: string, rest: string, fragment = '4000'): Uint8Array =>
  fromHex(`45000034 0001${fragment} 40${protocol}0000 0a000001 0a000002 ${rest}`);
/** fd00::1 to fd00::2, with its next header. */
const ipv6 = (next: string, rest: string): Uint8Array =>
  fromHex(`60000000 0020${next}40 ${`fd00${'0'.repeat(26)}01`} ${`fd00${'0'.repeat(26)}02`} ${rest}`);
const ends4 = { source: '10.0.0.1', destination: '10.0.0.2' };
const ends6 = { source: 'fd00::1', destination: 'fd00::2' };
const web = { sourcePort: 40000, destinationPort: 80 };

const cases: readonly (readonly [name: string, packet: Uint8Array, headers: object | undefined])[] = [
  ['IPv4 TCP', ipv4('06', '9c400050 00000000'), { ...ends4, protocol: 6, ...web }],
  ['IPv4 UDP', ipv4('11', '9c400050'), { ...ends4, protocol: 17, ...web }],
  ['IPv4 SCTP', ipv4('84', '9c400050'), { ...ends4, protocol: 132, ...web }],
  ['IPv4 ICMP', ipv4('01', '0800'), { ...ends4, protocol: 1, icmpType: 8, icmpCode: 0 }],
  ['IPv4 ESP', ipv4('32', '9c400050'), { ...ends4, protocol: 50 }],
  [
    'IPv4 with options',
    fromHex('46000038 00014000 40060000 0a000001 0a000002 01010101 9c400050'),
    { ...ends4, protocol: 6, ...web },
  ],
  ['IPv4 first fragment', ipv4('11', '9c400050', '2000'), { ...ends4, protocol: 17, ...web }],
  ['IPv4 later fragment', ipv4('11', '9c400050', '2010'), { ...ends4, protocol: 17 }],
  ['IPv4 cut in the ports', ipv4('06', '9c4000'), { ...ends4, protocol: 6 }],
  ['IPv4 cut after its header', ipv4('01', '08'), { ...ends4, protocol: 1 }],
  ['IPv4 with a header length of 16', fromHex('44000034 00014000 40060000 0a000001 0a000002'), undefined],
  ['IPv4 cut in its header', ipv4('06', '').subarray(0, 19), undefined],
  ['IPv6 TCP', ipv6('06', '9c400050'), { ...ends6, protocol: 6, ...web }],
  ['IPv6 ICMPv6', ipv6('3a', '8000 0000'), { ...ends6, protocol: 58, icmpType: 128, icmpCode: 0 }],
  [
    'IPv6 hop-by-hop and routing header',
    ipv6('00', '2b000000 00000000  06010000 00000000 00000000 00000000  9c400050'),
    { ...ends6, protocol: 6, ...web },
  ],
  [
    'IPv6 authentication header',
    ipv6('33', '11040000 00000001 00000001 00000000 00000000 00000000  9c400050'),
    { ...ends6, protocol: 17, ...web },
  ],
  ['IPv6 first fragment', ipv6('2c', '11000001 00000007  9c400050'), { ...ends6, protocol: 17, ...web }],
  ['IPv6 later fragment', ipv6('2c', '11000109 00000007  9c400050'), { ...ends6, protocol: 17 }],
  ['IPv6 no next header', ipv6('3b', ''), { ...ends6, protocol: 59 }],
  ['IPv6 cut in an extension header', ipv6('00', '06000000'), { ...ends6, protocol: 0 }],
  ['IPv6 cut in its header', ipv6('06', '').subarray(0, 39), undefined],
  ['ARP', fromHex('00010800 06040001'), undefined],
  ['nothing', new Uint8Array(), undefined],
];
for (const [name, packet, headers] of cases) {
  test(`packet headers: ${name} -> ${headers === undefined ? 'undefined' : 'read'}`, () => {
    assert.deepEqual(decodePacketHeaders(packet), headers);
  });
}

test('packet headers: any bytes -> no error, and ports only with a protocol that has them', () => {
  const first = fc.constantFrom(0x45, 0x4f, 0x60, 0x00);
  const random = fc.tuple(first, fc.uint8Array({ maxLength: 128 })).map(([head, rest]) => Uint8Array.of(head, ...rest));
  fc.assert(
    fc.property(random, (packet) => {
      const headers: PacketHeaders | undefined = decodePacketHeaders(packet);
      if (headers?.sourcePort !== undefined) assert.ok([6, 17, 33, 132, 136].includes(headers.protocol));
      if (headers?.icmpType !== undefined) assert.ok([1, 58].includes(headers.protocol));
    }),
    { numRuns: 3000, seed: 5 },
  );
});

test('packet headers: a whole packet cut anywhere -> the same ends, or nothing', () => {
  const whole = ipv6('00', '2c000000 00000000  11000001 00000007  9c400050');
  for (let length = 0; length <= whole.length; length++) {
    const headers = decodePacketHeaders(whole.subarray(0, length));
    if (length >= 40) assert.deepEqual({ source: headers?.source, destination: headers?.destination }, ends6);
    else assert.equal(headers, undefined);
  }
});
