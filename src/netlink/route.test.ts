import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Cidr } from '../net/cidr.ts';
import type { Ip } from '../net/ip.ts';
import type { Route } from '../net/route.ts';
import { netlinkFlag } from './message.ts';
import { decodeRoute, encodeDeleteRoute, encodeGetRoutes, encodeReplaceRoute } from './route.ts';
import { routeMessage } from './rtnetlink.ts';
import { fromHex, toHexWords } from './testing/hex.ts';

const devices = ['lo', '', 'eth0', '', 'tunl0', '', 'vxlan.calico'];
const indexOf = (name: string) => devices.indexOf(name) + 1;
const nameOf = (index: number) => devices[index - 1] ?? '';
const route = (destination: string, rest: Partial<Route> = {}): Route => ({
  destination: destination as Cidr,
  kind: 'unicast',
  nextHops: [],
  protocol: 80,
  scope: 'universe',
  metric: 0,
  table: 254,
  ...rest,
});
const ip = (text: string) => text as Ip;

const bodies: readonly (readonly [name: string, route: Route, hex: string])[] = [
  [
    'tunnel route, onlink, with MTU',
    route('10.24.1.0/26', {
      nextHops: [{ device: 'vxlan.calico', via: ip('10.24.1.0'), onlink: true }],
      mtuBytes: 1450,
    }),
    '021a0000 fe500001 04000000 08000100 0a180100 0c000800 08000200 aa050000 08000400 07000000 08000500 0a180100',
  ],
  [
    'blackhole with metric',
    route('10.24.2.0/26', { kind: 'blackhole', metric: 1024 }),
    '021a0000 fe500006 00000000 08000100 0a180200 08000600 00040000',
  ],
  [
    'default route: no RTA_DST',
    route('0.0.0.0/0', { nextHops: [{ device: 'eth0', via: ip('169.254.1.1') }], protocol: 3 }),
    '02000000 fe030001 00000000 08000400 03000000 08000500 a9fe0101',
  ],
  [
    'device route of a big table with source: RTA_TABLE',
    route('10.24.0.3/32', {
      nextHops: [{ device: 'eth0' }],
      scope: 'link',
      protocol: 3,
      source: ip('192.168.122.20'),
      table: 1000,
    }),
    '02200000 0003fd01 00000000 08000100 0a180003 08000f00 e8030000 08000700 c0a87a14 08000400 03000000',
  ],
  [
    'multipath: weights and onlink per hop',
    route('10.8.0.0/16', {
      nextHops: [
        { device: 'eth0', via: ip('10.0.0.4'), weight: 1 },
        { device: 'eth0', via: ip('10.0.0.5'), onlink: true, weight: 4 },
      ],
    }),
    '02100000 fe500001 00000000 08000100 0a080000 24000900 10000000 03000000 08000500 0a000004' +
      '10000403 03000000 08000500 0a000005',
  ],
  [
    'IPv6 by link-local gateway',
    route('fd00:10::/64', { nextHops: [{ device: 'eth0', via: ip('fe80::1') }], metric: 1024 }),
    '0a400000 fe500001 00000000 14000100 fd000010 00000000 00000000 00000000 08000600 00040000 08000400 03000000' +
      '14000500 fe800000 00000000 00000000 00000001',
  ],
  [
    'IPv4 by IPv6 gateway: RTA_VIA',
    route('10.9.0.0/24', { nextHops: [{ device: 'eth0', via: ip('fe80::1') }] }),
    '02180000 fe500001 00000000 08000100 0a090000 08000400 03000000 16001200 0a00fe80 00000000 00000000 00000000' +
      '00010000',
  ],
  ...(['unreachable', 'prohibit', 'throw'] as const).map(
    (kind, i) =>
      [`${kind}`, route('10.0.0.0/8', { kind }), `02080000 fe50000${7 + i} 00000000 08000100 0a000000`] as const,
  ),
];

for (const [name, value, hex] of bodies) {
  test(`route: ${name} -> bytes`, () => {
    const message = encodeReplaceRoute(value, indexOf);
    assert.equal(message.type, routeMessage.newRoute);
    assert.equal(message.flags, netlinkFlag.create | netlinkFlag.replace);
    assert.equal(toHexWords(message.body), toHexWords(fromHex(hex)));
  });
  test(`route: bytes -> ${name}`, () => {
    assert.deepEqual(decodeRoute(fromHex(hex), nameOf), value);
  });
}

test('delete route: scope open, no metrics, everything else compared', () => {
  const message = encodeDeleteRoute(
    route('10.24.1.0/26', { nextHops: [{ device: 'eth0', via: ip('10.0.0.4') }], mtuBytes: 1450, metric: 5 }),
    indexOf,
  );
  assert.equal(message.type, routeMessage.deleteRoute);
  assert.equal(
    toHexWords(message.body),
    '021a0000 fe50ff01 00000000 08000100 0a180100 08000600 05000000 08000400 03000000 08000500 0a000004',
  );
});

test('list routes: table and protocol -> filtered by the kernel', () => {
  assert.equal(
    toHexWords(encodeGetRoutes(4, { table: 254, protocol: 80 }).body),
    '02000000 00500000 00000000 08000f00 fe000000',
  );
  assert.equal(toHexWords(encodeGetRoutes(6, { index: 3 }).body), '0a000000 00000000 00000000 08000400 03000000');
});

const undecodable = [
  ['multicast route -> undefined', '02040000 fe020005 00000000'],
  ['broadcast route -> undefined', '02200000 ff02fd03 00000000'],
  ['cached clone -> undefined', '02200000 fe020001 00020000'],
  ['MPLS -> undefined', '1c140000 fe020001 00000000'],
] as const;
for (const [name, hex] of undecodable) {
  test(`route: ${name}`, () => assert.equal(decodeRoute(fromHex(hex), nameOf), undefined));
}

test('route: IPv6 blackhole as the kernel lists it (dev lo) -> no next hop', () => {
  const hex = '0a400000 fe500006 00000000 14000100 fd020000 00000000 00000000 00000000 08000400 01000000';
  assert.deepEqual(decodeRoute(fromHex(hex), nameOf)?.nextHops, []);
});

const malformed = [
  ['short header', '021a0000'],
  ['prefix longer than an address', '02210000 fe500001 00000000'],
  ['gateway of three bytes', '021a0000 fe500001 00000000 07000500 0a0a0a00'],
  ['attribute longer than the message', '021a0000 fe500001 00000000 40000500 0a0a0a00'],
  ['next hop of length 0', '02100000 fe500001 00000000 0c000900 00000000 03000000'],
] as const;
for (const [name, hex] of malformed) {
  test(`route: ${name} -> NETLINK_MALFORMED`, () => {
    assert.throws(() => decodeRoute(fromHex(hex), nameOf), { code: 'NETLINK_MALFORMED' });
  });
}
