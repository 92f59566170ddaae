import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Ip } from '../net/ip.ts';
import type { Link } from '../net/link.ts';
import type { Mac } from '../net/mac.ts';
import {
  decodeLink,
  encodeDeleteLink,
  encodeGetLink,
  encodeGetLinks,
  encodeNewLink,
  encodeSetLink,
  type LinkPlacement,
} from './link.ts';
import type { NetlinkMessage } from './message.ts';
import { fromHex, toHexWords } from './testing/hex.ts';

const devices = ['lo', 'br0', 'eth0'];
const indexOf = (name: string) => devices.indexOf(name) + 1;
const nameOf = (index: number) => devices[index - 1] ?? '';
const link = (name: string, type: Link['type'], rest: Partial<Link> = {}): Link => ({
  name,
  type,
  mtuBytes: 1500,
  up: false,
  ...rest,
});
const ip = (text: string) => text as Ip;
const mac = (text: string) => text as Mac;

const created: readonly (readonly [name: string, link: Link, placement: LinkPlacement, hex: string])[] = [
  [
    'veth whose peer is made in another namespace with a MAC',
    link('cali0', { kind: 'veth', peer: 'eth0' }, { mac: mac('ee:ee:ee:ee:ee:ee'), mtuBytes: 1440 }),
    { peerNetns: 22, peerMac: mac('02:00:00:00:00:01') },
    '00000000 00000000 00000000 00000000 0a000300 63616c69 30000000 08000400 a0050000 0a000100 eeeeeeee eeee0000' +
      '50001200 09000100 76657468 00000000 40000200 3c000100 00000000 00000000 00000000 00000000' +
      '09000300 65746830 00000000 08000400 a0050000 0a000100 02000000 00010000 08001c00 16000000',
  ],
  [
    'vxlan without learning, NOARP',
    link(
      'vxlan.calico',
      { kind: 'vxlan', vni: 4096, port: 4789, learning: false, parent: 'eth0', local: ip('192.168.122.20') },
      { mtuBytes: 1450, mac: mac('66:01:02:03:04:05'), noArp: true },
    ),
    {},
    '00000000 00000000 80000000 80000000 11000300 76786c61 6e2e6361 6c69636f 00000000 08000400 aa050000' +
      '0a000100 66010203 04050000 3c001200 0a000100 76786c61 6e000000 2c000200 08000100 00100000 06000f00 12b50000' +
      '05000700 00000000 08000300 03000000 08000400 c0a87a14',
  ],
  [
    'bridge with VLAN filtering',
    link('br1', { kind: 'bridge', vlanFiltering: true }),
    {},
    '00000000 00000000 00000000 00000000 08000300 62723100 08000400 dc050000 1c001200 0b000100 62726964 67650000' +
      '0c000200 05000700 01000000',
  ],
  [
    'ipip tunnel',
    link('tunl1', { kind: 'ipip', ttl: 64, pmtudisc: true, local: ip('10.0.0.1'), remote: ip('10.0.0.2') }),
    {},
    '00000000 00000000 00000000 00000000 0a000300 74756e6c 31000000 08000400 dc050000 34001200 09000100 69706970' +
      '00000000 24000200 05000400 40000000 05000a00 01000000 08000200 0a000001 08000300 0a000002',
  ],
  [
    'ifb in another namespace, port of a bridge',
    link('ifb7', { kind: 'ifb' }, { master: 'br0' }),
    { netns: 9 },
    '00000000 00000000 00000000 00000000 09000300 69666237 00000000 08000400 dc050000 08000a00 02000000' +
      '08001c00 09000000 0c001200 08000100 69666200',
  ],
];

for (const [name, value, placement, hex] of created) {
  test(`new link: ${name} -> bytes`, () => {
    assert.equal(toHexWords(encodeNewLink(value, indexOf, placement).body), toHexWords(fromHex(hex)));
  });
  test(`link: bytes of ${name} -> the same link`, () => {
    const { carrier, index, ...decoded } = decodeLink(fromHex(hex), nameOf);
    // The peer's name is only in the message that makes the pair.
    const expected = value.type.kind === 'veth' ? { ...value, type: { kind: 'veth' } } : value;
    assert.deepEqual(decoded, expected);
    assert.deepEqual({ carrier, index }, { carrier: false, index: 0 });
  });
}

const others: readonly (readonly [name: string, message: NetlinkMessage, type: number, hex: string])[] = [
  [
    'up, NOARP off, MTU, bridge',
    encodeSetLink(3, { up: true, noArp: false, mtuBytes: 1400, masterIndex: 5 }),
    19,
    '00000000 03000000 01000000 81000000 08000400 78050000 08000a00 05000000',
  ],
  ['down by name', encodeSetLink('lo', { up: false }), 19, '00000000 00000000 00000000 01000000 07000300 6c6f0000'],
  ['delete by name', encodeDeleteLink('cali0'), 17, '00000000 00000000 00000000 00000000 0a000300 63616c69 30000000'],
  ['get by number, without counters', encodeGetLink(7), 18, '00000000 07000000 00000000 00000000 08001d00 08000000'],
  ['dump, without counters', encodeGetLinks(), 18, '00000000 00000000 00000000 00000000 08001d00 08000000'],
];
for (const [name, message, type, hex] of others) {
  test(`link message: ${name} -> bytes`, () => {
    assert.equal(message.type, type);
    assert.equal(toHexWords(message.body), hex);
  });
}

const header = '00000100 05000000 43100000 00000000';
const kinds: readonly (readonly [name: string, hex: string, type: Link['type']])[] = [
  ['no link info', '', { kind: 'other', name: '' }],
  ['unknown kind', '0c001200 08000100 67726500', { kind: 'other', name: 'gre' }],
  ['tun', '18001200 08000100 74756e00 0c000200 05000300 01000000', { kind: 'tun', mode: 'tun' }],
  ['tap', '18001200 08000100 74756e00 0c000200 05000300 02000000', { kind: 'tun', mode: 'tap' }],
  ['veth with peer here', '10001200 09000100 76657468 00000000 08000500 03000000', { kind: 'veth', peer: 'eth0' }],
  [
    'veth with peer elsewhere',
    '10001200 09000100 76657468 00000000 08000500 03000000 08002500 00000000',
    { kind: 'veth' },
  ],
];
for (const [name, hex, type] of kinds) {
  test(`link: ${name} -> kind`, () => assert.deepEqual(decodeLink(fromHex(header + hex), nameOf).type, type));
}

for (const type of [
  { kind: 'tun', mode: 'tun' },
  { kind: 'other', name: 'gre' },
] as const) {
  test(`new link: kind ${type.kind} -> NETLINK_LINK_KIND`, () => {
    assert.throws(() => encodeNewLink(link('x', type), indexOf), { code: 'NETLINK_LINK_KIND' });
  });
}

test('link: short body -> NETLINK_MALFORMED', () => {
  assert.throws(() => decodeLink(fromHex('00000100 05000000'), nameOf), { code: 'NETLINK_MALFORMED' });
});
