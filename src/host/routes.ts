import { hasCode, WeftError } from '../base/errors.ts';
import type { Route } from '../net/route.ts';
import type { NetlinkMessage } from '../netlink/message.ts';
import {
  decodeRoute,
  encodeDeleteRoute,
  encodeGetRoutes,
  encodeReplaceRoute,
  type RouteDumpFilter,
  routeProtocolOf,
} from '../netlink/route.ts';
import type { IndexOf } from '../netlink/rtnetlink.ts';
import { linkIndex, linkNames } from './links.ts';
import type { NetlinkSocket } from './netlink-socket.ts';

/** What a listing is limited to, by the kernel where it can. */
export interface RouteFilter {
  readonly table?: number;
  readonly protocol?: number;
  /** Name of the device that the next hop is on. */
  readonly device?: string;
  /** Numbers of protocols whose routes are left out, before anything is spent on reading them. */
  readonly exceptProtocols?: readonly number[];
}

/** Routes to make or change, and routes to remove. */
export interface RouteChanges {
  readonly replace: readonly Route[];
  readonly remove: readonly Route[];
}

/** What was refused, by index into the list that was given. */
export interface RouteFailures {
  readonly replace: ReadonlyMap<number, WeftError>;
  readonly remove: ReadonlyMap<number, WeftError>;
}

/** The routes of both families; multicast, broadcast and anycast ones, which nobody writes, are left out. */
export function listRoutes(nl: NetlinkSocket, filter: RouteFilter = {}): Route[] {
  const nameOf = linkNames(nl);
  const { device, exceptProtocols = [], ...rest } = filter;
  const kernelFilter = device === undefined ? rest : { ...rest, index: linkIndex(nl, device) };
  const routes: Route[] = [];
  for (const family of [4, 6] as const) {
    for (const { body } of dumpRoutes(nl, family, kernelFilter, exceptProtocols)) {
      const route = decodeRoute(body, nameOf);
      if (route !== undefined) routes.push(route);
    }
  }
  return routes;
}

/**
 * Applies many changes with few system calls, removals last. One refused does not stop the others. Removing what is
 * not there is no failure.
 */
export function applyRoutes(nl: NetlinkSocket, changes: RouteChanges): RouteFailures {
  const indexOf = rememberedIndexes(nl);
  const replace = send(nl, changes.replace, 'add', (route) => encodeReplaceRoute(route, indexOf));
  const remove = send(nl, changes.remove, 'delete', (route) => encodeDeleteRoute(route, indexOf));
  for (const [index, error] of remove) if (isGone(error)) remove.delete(index);
  return { replace, remove };
}

/** Makes a route, or changes the one with the same table, destination and metric. @throws WeftError NETLINK_<ERRNO> */
export function replaceRoute(nl: NetlinkSocket, route: Route): void {
  for (const error of applyRoutes(nl, { replace: [route], remove: [] }).replace.values()) throw error;
}

/** Removes a route of exactly this kind, protocol and next hops. Idempotent, also when its device is gone. */
export function deleteRoute(nl: NetlinkSocket, route: Route): void {
  for (const error of applyRoutes(nl, { replace: [], remove: [route] }).remove.values()) throw error;
}

/** A table without routes does not exist for the kernel: an empty listing for us. */
function dumpRoutes(
  nl: NetlinkSocket,
  family: 4 | 6,
  filter: RouteDumpFilter,
  except: readonly number[],
): readonly NetlinkMessage[] {
  const keep = (object: NetlinkMessage) => !except.includes(routeProtocolOf(object.body));
  try {
    return nl.dump(encodeGetRoutes(family, filter), `list IPv${family} routes`, keep);
  } catch (error) {
    if (filter.table !== undefined && hasCode(error, 'NETLINK_ENOENT')) return [];
    throw error;
  }
}

function send(
  nl: NetlinkSocket,
  routes: readonly Route[],
  verb: string,
  encode: (route: Route) => NetlinkMessage,
): Map<number, WeftError> {
  const failures = new Map<number, WeftError>();
  const messages: NetlinkMessage[] = [];
  // Where a message stands in the batch, the route stands in `routes`, less those without a device.
  const positions: number[] = [];
  routes.forEach((route, index) => {
    try {
      messages.push(encode(route));
      positions.push(index);
    } catch (error) {
      if (!(error instanceof WeftError)) throw error;
      failures.set(index, error);
    }
  });
  const action = (at: number) => `${verb} route "${describe(routes[positions[at] ?? 0])}"`;
  nl.batch(messages, action).forEach((error, at) => {
    if (error !== undefined) failures.set(positions[at] ?? 0, error);
  });
  return failures;
}

/** One question per device and batch; thrown answers are remembered too. */
function rememberedIndexes(nl: NetlinkSocket): IndexOf {
  const known = new Map<string, number | WeftError>();
  return (device) => {
    let index = known.get(device);
    if (index === undefined) {
      index = lookUp(nl, device);
      known.set(device, index);
    }
    if (typeof index !== 'number') throw index;
    return index;
  };
}

function lookUp(nl: NetlinkSocket, device: string): number | WeftError {
  try {
    return linkIndex(nl, device);
  } catch (error) {
    if (error instanceof WeftError) return error;
    throw error;
  }
}

function isGone(error: WeftError): boolean {
  return hasCode(error, 'NETLINK_ESRCH', 'NETLINK_ENODEV');
}

function describe(route: Route | undefined): string {
  if (route === undefined) return '';
  const hops = route.nextHops.map(({ device, via }) => `${via ? ` via ${via}` : ''}${device ? ` dev ${device}` : ''}`);
  const kind = route.kind === 'unicast' ? '' : `${route.kind} `;
  const table = route.table === 254 ? '' : ` table ${route.table}`;
  return `${kind}${route.destination}${hops.join('')}${route.metric ? ` metric ${route.metric}` : ''}${table}`;
}
