import { spawnSync } from 'node:child_process';
import { replaceAddress } from '../src/host/addresses.ts';
import { createLink, updateLink } from '../src/host/links.ts';
import { NetlinkSocket } from '../src/host/netlink-socket.ts';
import { inNetns } from '../src/host/netns.ts';
import { applyRoutes, listRoutes } from '../src/host/routes.ts';
import { testNetns } from '../src/host/testing-netns.ts';
import { type Cidr, parseCidr } from '../src/net/cidr.ts';
import { ipPlus, parseIp } from '../src/net/ip.ts';
import { mainTable, type Route, routeProtocol } from '../src/net/route.ts';
import { printFigure } from './figure.ts';
import { pairedRounds, timeSync } from './paired.ts';

const count = 10_000;
const rounds = 7;
const device = 'v0';

/** The routes of a node in a cluster of 10,000 blocks: /26 networks by gateways on one link. */
function blockRoutes(): Route[] {
  const first = parseIp('10.0.0.0');
  return Array.from({ length: count }, (_, i) => ({
    destination: parseCidr(`${ipPlus(first, i * 64)}/26`),
    kind: 'unicast',
    nextHops: [{ device, via: ipPlus(parseIp('192.168.0.2'), i % 200) }],
    protocol: routeProtocol.weft,
    scope: 'universe',
    metric: 0,
    table: mainTable,
  }));
}

/** What a reconcile pass does when nothing has changed: list, find each by its key, compare every field. */
function countDifferences(nl: NetlinkSocket, desired: ReadonlyMap<Cidr, Route>): number {
  let same = 0;
  for (const actual of listRoutes(nl, { table: mainTable, protocol: routeProtocol.weft })) {
    const wanted = desired.get(actual.destination);
    if (wanted !== undefined && equalRoutes(actual, wanted)) same++;
  }
  return desired.size - same;
}

function equalRoutes(a: Route, b: Route): boolean {
  return (
    a.kind === b.kind &&
    a.protocol === b.protocol &&
    a.scope === b.scope &&
    a.metric === b.metric &&
    a.table === b.table &&
    a.source === b.source &&
    a.mtuBytes === b.mtuBytes &&
    a.nextHops.length === b.nextHops.length &&
    a.nextHops.every((hop, i) => {
      const other = b.nextHops[i];
      return hop.device === other?.device && hop.via === other?.via && hop.onlink === other?.onlink;
    })
  );
}

/** Prints the time to add 10,000 routes and to find out that nothing has changed, each beside that of `ip`. */
export async function run(): Promise<void> {
  using netns = testNetns();
  using nl = NetlinkSocket.open({ netns: netns.path });
  createLink(nl, { name: device, type: { kind: 'veth', peer: 'v1' }, mtuBytes: 1500, up: true });
  updateLink(nl, { name: 'v1', type: { kind: 'veth' }, mtuBytes: 1500, up: true });
  replaceAddress(nl, { device, ip: parseIp('192.168.0.1'), prefixLength: 24 });
  const routes = blockRoutes();
  const lines = routes.map(({ destination, nextHops: [hop] }) => {
    return `route replace ${destination} via ${hop?.via} dev ${device} proto 80\n`;
  });
  const ip = (args: string[], input = '') => {
    const child = inNetns(netns.path, () => spawnSync('ip', args, { input, encoding: 'utf8', maxBuffer: 1 << 28 }));
    if (child.status !== 0) throw new Error(`ip ${args.join(' ')}: ${child.stderr}`);
    return child.stdout;
  };
  const remove = () => {
    applyRoutes(nl, { replace: [], remove: routes });
  };
  const added = await pairedRounds(
    rounds,
    () => {
      const time = timeSync(() => {
        const { replace } = applyRoutes(nl, { replace: routes, remove: [] });
        for (const error of replace.values()) throw error;
      });
      remove();
      return time;
    },
    () => {
      const time = timeSync(() => ip(['-batch', '-'], lines.join('')));
      remove();
      return time;
    },
  );
  printFigure({ name: '10,000 routes added beside ip -batch', unit: 'ms', ...added, goal: { atMost: 0.75 } });

  applyRoutes(nl, { replace: routes, remove: [] });
  const desired = new Map(routes.map((route) => [route.destination, route]));
  const resynced = await pairedRounds(
    rounds,
    () =>
      timeSync(() => {
        if (countDifferences(nl, desired) !== 0) throw new Error('routes differ');
      }),
    () =>
      timeSync(() => {
        const listed: unknown = JSON.parse(ip(['-j', 'route', 'show', 'proto', '80']));
        if (!Array.isArray(listed) || listed.length !== count) throw new Error('routes differ');
      }),
  );
  printFigure({
    name: '10,000 routes resynced beside ip -j and JSON.parse',
    unit: 'ms',
    ...resynced,
    goal: { atMost: 0.5 },
  });
}

if (import.meta.main) await run();
