import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Cidr, parseCidr } from '../net/cidr.ts';
import { ipPlus, parseIp } from '../net/ip.ts';
import type { Route } from '../net/route.ts';
import { replaceAddress } from './addresses.ts';
import { createLink, deleteLink, updateLink } from './links.ts';
import { NetlinkSocket } from './netlink-socket.ts';
import { applyRoutes, deleteRoute, listRoutes, replaceRoute } from './routes.ts';
import { listedIn, type TestNetns, testNetns } from './testing-netns.ts';

const via = (text: string) => parseIp(text);
const route = (destination: string, rest: Partial<Route> = {}): Route => ({
  destination: parseCidr(destination),
  kind: 'unicast',
  nextHops: [{ device: 'v0' }],
  protocol: 80,
  scope: 'universe',
  metric: 0,
  table: 254,
  ...rest,
});

/** v0 with 10.7.0.1/24 and fd00::1/64, its peer v1 up; both in the namespace. */
function wired(netns: TestNetns): NetlinkSocket {
  const nl = NetlinkSocket.open({ netns: netns.path });
  createLink(nl, { name: 'v0', type: { kind: 'veth', peer: 'v1' }, mtuBytes: 1500, up: true });
  updateLink(nl, { name: 'v1', type: { kind: 'veth' }, mtuBytes: 1500, up: true });
  replaceAddress(nl, { device: 'v0', ip: via('10.7.0.1'), prefixLength: 24 });
  replaceAddress(nl, { device: 'v0', ip: via('fd00::1'), prefixLength: 64 });
  return nl;
}

const hop = { device: 'v0', via: via('10.7.0.2') };
const kinds: readonly (readonly [name: string, route: Route, ip: Record<string, unknown>])[] = [
  [
    'tunnel: onlink with MTU',
    route('10.24.1.0/26', { nextHops: [{ device: 'v0', via: via('10.24.1.0'), onlink: true }], mtuBytes: 1450 }),
    { dst: '10.24.1.0/26', gateway: '10.24.1.0', dev: 'v0', flags: ['onlink'], metrics: [{ mtu: 1450 }] },
  ],
  ...(['blackhole', 'unreachable', 'prohibit', 'throw'] as const).map(
    (kind) =>
      [
        kind,
        route('10.24.2.0/26', { kind, nextHops: [] }),
        { type: kind, dst: '10.24.2.0/26', protocol: '80' },
      ] as const,
  ),
  [
    'pod: link scope, boot, metric',
    route('10.24.0.3/32', { scope: 'link', protocol: 3, metric: 1024 }),
    { dst: '10.24.0.3', dev: 'v0', scope: 'link', metric: 1024 },
  ],
  [
    'multipath with weights',
    route('10.8.0.0/16', {
      nextHops: [
        { ...hop, weight: 1 },
        { device: 'v0', via: via('10.7.0.3'), weight: 4 },
      ],
    }),
    { dst: '10.8.0.0/16' },
  ],
  ['default by bird', route('0.0.0.0/0', { nextHops: [hop], protocol: 12 }), { dst: 'default', protocol: 'bird' }],
  ['source address', route('10.9.0.0/24', { nextHops: [hop], source: via('10.7.0.1') }), { prefsrc: '10.7.0.1' }],
  [
    'IPv6 by gateway',
    route('fd01::/64', { nextHops: [{ device: 'v0', via: via('fd00::2') }], metric: 512 }),
    { dst: 'fd01::/64', gateway: 'fd00::2', metric: 512 },
  ],
  ['IPv6 blackhole', route('fd02::/64', { kind: 'blackhole', nextHops: [], metric: 1024 }), { type: 'blackhole' }],
  [
    'IPv6 multipath',
    route('fd03::/64', {
      nextHops: [
        { device: 'v0', via: via('fd00::2'), weight: 1 },
        { device: 'v0', via: via('fd00::3'), weight: 2 },
      ],
      metric: 1024,
    }),
    { dst: 'fd03::/64' },
  ],
];
for (const [name, wanted, expected] of kinds) {
  test(`route ${name}: made -> as ip sees it and as we list it; deleted -> gone`, () => {
    using netns = testNetns();
    using nl = wired(netns);
    replaceRoute(nl, wanted);
    const family = wanted.destination.includes(':') ? '-6' : '-4';
    const shown = listedIn(netns, 'ip', family, 'route', 'show', wanted.destination);
    for (const [key, value] of Object.entries(expected)) assert.deepEqual(shown[0]?.[key], value, key);
    const ours = () => listRoutes(nl).filter(({ destination }) => destination === wanted.destination);
    assert.deepEqual(ours(), [wanted]);
    deleteRoute(nl, wanted);
    deleteRoute(nl, wanted);
    assert.deepEqual(ours(), []);
  });
}

test('replaceRoute: same destination and metric -> the next hop changes in place', () => {
  using netns = testNetns();
  using nl = wired(netns);
  replaceRoute(nl, route('10.9.0.0/24', { nextHops: [hop] }));
  const moved = route('10.9.0.0/24', { nextHops: [{ device: 'v0', via: via('10.7.0.3') }] });
  replaceRoute(nl, moved);
  assert.deepEqual(
    listRoutes(nl, { protocol: 80 }).map(({ nextHops }) => nextHops),
    [moved.nextHops],
  );
});

test('deleteRoute: none without a metric -> the one with a metric stays', () => {
  using netns = testNetns();
  using nl = wired(netns);
  const other = route('10.9.0.0/24', { nextHops: [hop], metric: 100, protocol: 4 });
  replaceRoute(nl, other);
  deleteRoute(nl, route('10.9.0.0/24', { nextHops: [hop] }));
  assert.deepEqual(listRoutes(nl, { protocol: 4 }), [other]);
});

test('listRoutes: table, protocol, device -> only those', () => {
  using netns = testNetns();
  using nl = wired(netns);
  const big = route('10.9.0.0/24', { nextHops: [hop], table: 1000 });
  const bird = route('10.10.0.0/24', { nextHops: [hop], protocol: 12 });
  applyRoutes(nl, { replace: [big, bird], remove: [] });
  assert.deepEqual(listRoutes(nl, { table: 1000 }), [big]);
  assert.deepEqual(listRoutes(nl, { protocol: 12 }), [bird]);
  assert.deepEqual(listRoutes(nl, { table: 77 }), []);
  const others = listRoutes(nl, { exceptProtocols: [12, 80] }).map(({ protocol }) => protocol);
  assert.ok(others.includes(2) && !others.includes(12) && !others.includes(80), others.join());
  assert.ok(listRoutes(nl, { device: 'v0' }).every(({ nextHops: [first] }) => first?.device === 'v0'));
  assert.throws(() => listRoutes(nl, { device: 'nope' }), { code: 'NETLINK_ENODEV' });
});

test('applyRoutes: 1200 routes with bad ones between -> errors by index, the others made', () => {
  using netns = testNetns();
  using nl = wired(netns);
  const good = (i: number) => route(`${ipPlus(via('10.32.0.0'), i * 64)}/26`, { nextHops: [hop] });
  const replace = Array.from({ length: 1200 }, (_, i) => good(i));
  replace[0] = route('10.9.0.0/24', { nextHops: [{ device: 'nope' }] });
  replace[499] = route('10.9.0.0/24', { nextHops: [{ device: 'v0', via: via('192.0.2.1') }] });
  replace[500] = { ...good(500), destination: '10.9.0.1/24' as Cidr };
  replace[1199] = route('fd05::/64', { nextHops: [{ device: 'v0', via: via('fd99::1') }] });
  const failures = applyRoutes(nl, { replace, remove: [route('10.11.0.0/24')] });
  assert.deepEqual(
    [...failures.replace.keys()].toSorted((a, b) => a - b),
    [0, 499, 500, 1199],
  );
  assert.match(failures.replace.get(0)?.message ?? '', /Cannot find link "nope": ENODEV/);
  assert.match(
    failures.replace.get(499)?.message ?? '',
    /^Cannot add route "10\.9\.0\.0\/24 via 192\.0\.2\.1 dev v0": ENETUNREACH \(Nexthop has invalid gateway\)$/,
  );
  assert.match(failures.replace.get(500)?.message ?? '', /EINVAL \(Invalid prefix for given prefix length\)/);
  assert.equal(failures.replace.get(1199)?.code, 'NETLINK_EHOSTUNREACH');
  assert.equal(failures.remove.size, 0);
  assert.equal(listRoutes(nl, { protocol: 80 }).length, 1196);
});

test('deleteRoute: device gone -> fine', () => {
  using netns = testNetns();
  using nl = wired(netns);
  const wanted = route('10.9.0.0/24', { nextHops: [hop] });
  replaceRoute(nl, wanted);
  deleteLink(nl, 'v0');
  deleteRoute(nl, wanted);
});
