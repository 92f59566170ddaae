import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { parseCidr } from '../net/cidr.ts';
import { parseIp } from '../net/ip.ts';
import { parseMac } from '../net/mac.ts';
import { type Route, routeProtocol } from '../net/route.ts';
import { deleteAddress, replaceAddress } from './addresses.ts';
import { replaceFdbEntry } from './fdb.ts';
import { createLink, deleteLink, updateLink } from './links.ts';
import { deleteNeighbour, replaceNeighbour } from './neighbours.ts';
import { type MonitorEvent, type MonitorGroup, watchNetlink } from './netlink-monitor.ts';
import { NetlinkSocket } from './netlink-socket.ts';
import { applyRoutes, deleteRoute, replaceRoute } from './routes.ts';
import { testNetns } from './testing-netns.ts';

const v0 = { name: 'v0', type: { kind: 'veth', peer: 'v1' }, mtuBytes: 1500, up: true } as const;
const mac = parseMac('02:00:00:00:00:07');
const ip = parseIp('10.7.0.9');
const address = { device: 'v0', ip: parseIp('10.7.0.1'), prefixLength: 24 };
const vxlan = {
  name: 'x0',
  type: { kind: 'vxlan', vni: 7, port: 4789, learning: false },
  mtuBytes: 1450,
  up: true,
} as const;
const route: Route = {
  destination: parseCidr('10.8.0.0/26'),
  kind: 'unicast',
  nextHops: [{ device: 'v0' }],
  protocol: 80,
  scope: 'link',
  metric: 0,
  table: 254,
};

/** Resolves with the first event that is like this; rejects after 5 s. */
function firstLike(events: MonitorEvent[], like: object, waiters: Set<() => void>): Promise<MonitorEvent> {
  const { promise, resolve, reject } = Promise.withResolvers<MonitorEvent>();
  const timer = setTimeout(
    () => reject(new Error(`no event ${JSON.stringify(like)} in ${JSON.stringify(events)}`)),
    5000,
  );
  const look = () => {
    const found = events.find((event) => Object.entries(like).every(([k, v]) => event[k as keyof typeof event] === v));
    if (found === undefined) return;
    clearTimeout(timer);
    waiters.delete(look);
    resolve(found);
  };
  waiters.add(look);
  look();
  return promise;
}

async function watched(
  netns: string,
  groups: MonitorGroup[],
  run: (seen: (like: object) => Promise<MonitorEvent>) => Promise<void>,
  receiveBytes?: number,
) {
  const events: MonitorEvent[] = [];
  const waiters = new Set<() => void>();
  const monitor = watchNetlink({ netns, groups, ...(receiveBytes === undefined ? {} : { receiveBytes }) }, (event) => {
    events.push(event);
    for (const look of [...waiters]) look();
  });
  try {
    await run((like) => firstLike(events, like, waiters));
  } finally {
    await monitor.close();
    await monitor.close();
  }
  return events;
}

test('watchNetlink: every kind of change -> its event, with the device', async () => {
  using netns = testNetns();
  using nl = NetlinkSocket.open({ netns: netns.path });
  await watched(netns.path, ['link', 'address', 'route', 'neighbour'], async (seen) => {
    createLink(nl, v0);
    await seen({ kind: 'link', action: 'new', device: 'v0' });
    replaceAddress(nl, address);
    await seen({ kind: 'address', action: 'new', device: 'v0' });
    updateLink(nl, { ...v0, name: 'v1' });
    replaceRoute(nl, route);
    const event = await seen({ kind: 'route', action: 'new', device: 'v0' });
    assert.ok(event.kind === 'route');
    replaceNeighbour(nl, { device: 'v0', ip, mac });
    await seen({ kind: 'neighbour', action: 'new', device: 'v0' });
    createLink(nl, vxlan);
    replaceFdbEntry(nl, { device: 'x0', mac, remote: ip });
    await seen({ kind: 'fdb', action: 'new', device: 'x0' });
    deleteNeighbour(nl, { device: 'v0', ip, mac });
    await seen({ kind: 'neighbour', action: 'delete', device: 'v0' });
    deleteRoute(nl, route);
    await seen({ kind: 'route', action: 'delete', device: 'v0' });
    deleteAddress(nl, address);
    await seen({ kind: 'address', action: 'delete', device: 'v0' });
    deleteLink(nl, 'v0');
    await seen({ kind: 'link', action: 'delete', device: 'v0' });
  });
});

test('watchNetlink: more changes than room -> overflow, and events go on', async () => {
  using netns = testNetns();
  using nl = NetlinkSocket.open({ netns: netns.path });
  createLink(nl, v0);
  await watched(
    netns.path,
    ['route'],
    async (seen) => {
      const replace = Array.from({ length: 400 }, (_, i) => ({
        ...route,
        destination: parseCidr(`10.9.${i >> 2}.${(i & 3) * 64}/26`),
      }));
      assert.equal(applyRoutes(nl, { replace, remove: [] }).replace.size, 0);
      await seen({ kind: 'overflow' });
      deleteRoute(nl, replace[0] ?? route);
      await seen({ kind: 'route', action: 'delete' });
    },
    4096,
  );
});

test('watchNetlink: as many changes fit as are read in one turn -> overflow all the same', async () => {
  using netns = testNetns();
  using nl = NetlinkSocket.open({ netns: netns.path });
  createLink(nl, v0);
  const routes = Array.from({ length: 400 }, (_, i) => ({
    ...route,
    destination: parseCidr(`10.9.${i >> 8}.${i & 255}/32`),
  }));
  const fitting = async (receiveBytes: number): Promise<number> => {
    const flood = async (seen: (like: object) => Promise<MonitorEvent>) => {
      applyRoutes(nl, { replace: routes, remove: [] });
      await seen({ kind: 'overflow' });
    };
    const events = await watched(netns.path, ['route'], flood, receiveBytes);
    applyRoutes(nl, { replace: [], remove: routes });
    return events.filter(({ kind }) => kind === 'route').length;
  };
  const first = 65_536;
  const aim = (first * 255) / (await fitting(first));
  const counts = new Set<number>();
  // What an event takes of the room is the kernel's affair: the sizes around the aim hold one more event each time.
  for (let percent = 98; percent <= 102; percent += 0.3) counts.add(await fitting(Math.round((aim * percent) / 100)));
  assert.ok(counts.has(255), `255 not among ${[...counts]}`);
});

test('watchNetlink: groups not asked for -> no events', async () => {
  using netns = testNetns();
  using nl = NetlinkSocket.open({ netns: netns.path });
  const events = await watched(netns.path, ['route'], async (seen) => {
    createLink(nl, v0);
    replaceAddress(nl, address);
    replaceRoute(nl, route);
    await seen({ kind: 'route', device: 'v0' });
  });
  assert.deepEqual(new Set(events.map(({ kind }) => kind)), new Set(['route']));
});

test('watchNetlink: routes of a protocol ignored -> only others are heard, until all are again', async () => {
  using netns = testNetns();
  using nl = NetlinkSocket.open({ netns: netns.path });
  createLink(nl, v0);
  const events: MonitorEvent[] = [];
  const monitor = watchNetlink({ netns: netns.path, groups: ['route', 'address'] }, (event) => events.push(event));
  const heard = () =>
    events.flatMap((event) =>
      event.kind === 'route' && event.route !== undefined && event.route.protocol !== routeProtocol.kernel
        ? [`${event.action} ${event.route.protocol}`]
        : [],
    );
  const mark = async (network: string) => {
    const last = { ...route, destination: parseCidr(network), protocol: 99 };
    replaceRoute(nl, last);
    while (!events.some((event) => event.kind === 'route' && event.route?.destination === network))
      await setImmediate();
  };
  try {
    monitor.ignoreRoutesOf([12, 4]);
    for (const protocol of [12, 4, 80]) {
      replaceRoute(nl, { ...route, protocol });
      deleteRoute(nl, { ...route, protocol });
    }
    replaceRoute(nl, { ...route, destination: parseCidr('fd00:8::/64'), protocol: 12 });
    replaceAddress(nl, address);
    await mark('10.9.0.0/26');
    assert.deepEqual(heard(), ['new 80', 'delete 80', 'new 99']);
    assert.ok(events.some(({ kind }) => kind === 'address'));

    monitor.ignoreRoutesOf([]);
    monitor.ignoreRoutesOf([]);
    replaceRoute(nl, { ...route, protocol: 12 });
    await mark('10.9.0.64/26');
    assert.ok(heard().includes('new 12'));
  } finally {
    await monitor.close();
  }
});

test('watchNetlink: namespace missing -> HOST_NETNS', () => {
  assert.throws(() => watchNetlink({ netns: '/nonexistent/ns', groups: ['link'] }, () => {}), { code: 'HOST_NETNS' });
});
