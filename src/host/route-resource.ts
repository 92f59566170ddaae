import { cidrFamily } from '../net/cidr.ts';
import { mainTable, type NextHop, type Route, routeProtocol } from '../net/route.ts';
import type { Resource } from '../reconcile/resource.ts';
import type { NetlinkSocket } from './netlink-socket.ts';
import { isOurTunnel, isPodDevice } from './our-devices.ts';
import { applyRoutes, listRoutes } from './routes.ts';

/**
 * Routes of the main table. Ours: protocol 80, and any route whose next hop is a pod's device or one of our tunnels,
 * whoever wrote it; never the kernel's own (protocol 2: fe80::/64 of each device), nor those of BIRD, which may be many
 * and may lead through a pod that is its peer.
 */
export function routeResource(nl: NetlinkSocket): Resource<Route> {
  return {
    name: 'route',
    key: routeKey,
    equal: routesEqual,
    list: async () => listRoutes(nl, { table: mainTable, exceptProtocols: notOurs }).filter(isOurs),
    apply: async ({ create, update, remove }) => {
      const replace = [...create, ...update.map(({ to }) => to)];
      const failures = applyRoutes(nl, { replace, remove });
      return new Map([...byKey(replace, failures.replace), ...byKey(remove, failures.remove)]);
    },
  };
}

function byKey(routes: readonly Route[], failures: ReadonlyMap<number, Error>): Map<string, Error> {
  const named = new Map<string, Error>();
  for (const [index, error] of failures) {
    const route = routes[index];
    if (route !== undefined) named.set(routeKey(route), error);
  }
  return named;
}

/** The kernel's identity of a route: table, destination, metric. */
function routeKey(route: Route): string {
  return `${route.destination} table ${route.table} metric ${effectiveMetric(route)}`;
}

const notOurs = [routeProtocol.kernel, routeProtocol.bird];

function isOurs(route: Route): boolean {
  if (route.protocol === routeProtocol.weft) return true;
  return route.nextHops.some(({ device }) => device !== undefined && (isPodDevice(device) || isOurTunnel(device)));
}

function routesEqual(actual: Route, desired: Route): boolean {
  return (
    actual.kind === desired.kind &&
    actual.protocol === desired.protocol &&
    actual.source === desired.source &&
    actual.mtuBytes === desired.mtuBytes &&
    // IPv6 has no scopes; and what is thrown away has no next hop, although IPv6 shows `dev lo`.
    (cidrFamily(desired.destination) === 6 || actual.scope === desired.scope) &&
    (desired.kind !== 'unicast' || sameNextHops(actual.nextHops, desired.nextHops))
  );
}

function sameNextHops(actual: readonly NextHop[], desired: readonly NextHop[]): boolean {
  if (actual.length !== desired.length) return false;
  const texts = new Set(actual.map(nextHopText));
  return desired.every((hop) => texts.has(nextHopText(hop)));
}

function nextHopText(hop: NextHop): string {
  return `${hop.device ?? ''} ${hop.via ?? ''} ${hop.onlink === true} ${hop.weight ?? 1}`;
}

/** IPv6 reads back 1024 for "none given". @see linux/ipv6_route.h IP6_RT_PRIO_USER */
function effectiveMetric(route: Route): number {
  return route.metric === 0 && cidrFamily(route.destination) === 6 ? 1024 : route.metric;
}
