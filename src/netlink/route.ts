import { type Cidr, cidrAddress, cidrFamily, cidrLength } from '../net/cidr.ts';
import { type Ip, ipFamily } from '../net/ip.ts';
import type { NextHop, Route, RouteKind } from '../net/route.ts';
import { eachAttribute, requireValue } from './attribute.ts';
import { malformed, readI32, readU16, readU32, requireLength } from './bytes.ts';
import { addressFamily, decodeIp, encodeIp, familyNumber } from './ip-bytes.ts';
import { type NetlinkMessage, netlinkFlag, outgoing } from './message.ts';
import { type IndexOf, type NameOf, routeMessage, scopeName, scopeNumber } from './rtnetlink.ts';
import { type BodyWriter, writeBody } from './writer.ts';

/** RTN_* @see linux/rtnetlink.h */
const kindNumber: Readonly<Record<RouteKind, number>> = {
  unicast: 1,
  local: 2,
  blackhole: 6,
  unreachable: 7,
  prohibit: 8,
  throw: 9,
};
const kindName = new Map(Object.entries(kindNumber).map(([name, number]) => [number, name as RouteKind]));

const RTA = {
  dst: 1,
  oif: 4,
  gateway: 5,
  priority: 6,
  prefsrc: 7,
  metrics: 8,
  multipath: 9,
  table: 15,
  via: 18,
} as const;
const RTAX_MTU = 2;
const RTNH_F_ONLINK = 4;
const RTM_F_CLONED = 0x200;
/** `struct rtmsg`. */
const rtmsgLength = 12;

/** RTM_NEWROUTE that makes the route or replaces the one with the same table, destination and metric. */
export function encodeReplaceRoute(route: Route, indexOf: IndexOf): NetlinkMessage {
  const flags = netlinkFlag.create | netlinkFlag.replace;
  return outgoing(routeMessage.newRoute, flags, encodeBody(route, route.scope, indexOf));
}

/**
 * RTM_DELROUTE of exactly this route: the kernel compares kind, protocol and next hops too, so that a route without a
 * metric never takes away another one with a metric. Scope is left open, the kernel fills it in differently.
 */
export function encodeDeleteRoute(route: Route, indexOf: IndexOf): NetlinkMessage {
  return outgoing(routeMessage.deleteRoute, 0, encodeBody(route, 'any', indexOf));
}

/** What the kernel limits a dump to (NETLINK_GET_STRICT_CHK). */
export interface RouteDumpFilter {
  readonly table?: number;
  readonly protocol?: number;
  /** Number of the device. */
  readonly index?: number;
}

/** RTM_GETROUTE for a dump of one family. */
export function encodeGetRoutes(family: 4 | 6, filter: RouteDumpFilter = {}): NetlinkMessage {
  const body = writeBody((writer) => {
    writer
      .u8(family === 4 ? addressFamily.inet : addressFamily.inet6)
      .u8(0)
      .u8(0)
      .u8(0);
    writer
      .u8(0)
      .u8(filter.protocol ?? 0)
      .u8(0)
      .u8(0)
      .u32(0);
    if (filter.table !== undefined) writer.attributeU32(RTA.table, filter.table);
    if (filter.index !== undefined) writer.attributeU32(RTA.oif, filter.index);
  });
  return outgoing(routeMessage.getRoute, netlinkFlag.dump, body);
}

/**
 * The route of an RTM_NEWROUTE or RTM_DELROUTE body; `undefined` for what {@link Route} cannot say (multicast,
 * broadcast, anycast, cached clones).
 *
 * @throws WeftError NETLINK_MALFORMED
 */
export function decodeRoute(body: Uint8Array, nameOf: NameOf): Route | undefined {
  requireLength(body, rtmsgLength, 'struct rtmsg');
  const kind = kindName.get(body[7] ?? 0);
  const flags = readU32(body, 8);
  if (kind === undefined || (flags & RTM_F_CLONED) !== 0) return undefined;
  const v4 = body[0] === addressFamily.inet;
  if (!v4 && body[0] !== addressFamily.inet6) return undefined;
  if ((body[1] ?? 0) > (v4 ? 32 : 128)) throw malformed(`route prefix length ${body[1]}`);
  const found = decodeAttributes(body, nameOf);
  const single = nextHop(found.index, found.via, flags & RTNH_F_ONLINK, undefined, nameOf);
  // IPv6 shows the rejecting kinds on `lo`; a person who writes one names no device.
  const nextHops = kind !== 'unicast' && kind !== 'local' ? [] : (found.multipath ?? (single ? [single] : []));
  const address = found.destination ?? ((v4 ? '0.0.0.0' : '::') as Ip);
  return {
    destination: `${address}/${body[1]}` as Cidr,
    kind,
    nextHops,
    protocol: routeProtocolOf(body),
    scope: scopeName(body[6] ?? 0),
    metric: found.metric,
    table: found.table ?? body[4] ?? 0,
    ...(found.source === undefined ? {} : { source: found.source }),
    ...(found.mtuBytes === undefined ? {} : { mtuBytes: found.mtuBytes }),
  };
}

/** The protocol of the route in a body, without reading the rest. */
export function routeProtocolOf(body: Uint8Array): number {
  return body[5] ?? 0;
}

function encodeBody(route: Route, scope: Route['scope'] | 'any', indexOf: IndexOf): Uint8Array {
  return writeBody((writer) => {
    const { nextHops } = route;
    const only = nextHops.length === 1 ? nextHops[0] : undefined;
    writer.u8(cidrFamily(route.destination) === 4 ? addressFamily.inet : addressFamily.inet6);
    writer.u8(cidrLength(route.destination)).u8(0).u8(0);
    writer.u8(route.table < 256 ? route.table : 0).u8(route.protocol);
    writer.u8(scope === 'any' ? 255 : scopeNumber[scope]).u8(kindNumber[route.kind]);
    writer.u32(only?.onlink === true ? RTNH_F_ONLINK : 0);
    if (cidrLength(route.destination) > 0) writer.attributeIp(RTA.dst, cidrAddress(route.destination));
    if (route.table >= 256) writer.attributeU32(RTA.table, route.table);
    if (route.metric !== 0) writer.attributeU32(RTA.priority, route.metric);
    if (route.source !== undefined) writer.attributeIp(RTA.prefsrc, route.source);
    const { mtuBytes } = route;
    if (mtuBytes !== undefined && scope !== 'any') {
      writer.nest(RTA.metrics, () => writer.attributeU32(RTAX_MTU, mtuBytes));
    }
    if (only !== undefined) writeTarget(writer, route, only, indexOf);
    if (nextHops.length > 1) {
      writer.nest(RTA.multipath, () => {
        for (const hop of nextHops) writeHop(writer, route, hop, indexOf);
      });
    }
  });
}

/** `struct rtnexthop { __u16 len; __u8 flags; __u8 hops; int ifindex; }` and attributes; `hops` is the weight minus 1. */
function writeHop(writer: BodyWriter, route: Route, hop: NextHop, indexOf: IndexOf): void {
  writer.sized(() => {
    writer.u8(hop.onlink === true ? RTNH_F_ONLINK : 0).u8((hop.weight ?? 1) - 1);
    writer.u32(hop.device === undefined ? 0 : indexOf(hop.device));
    writeGateway(writer, route, hop);
  });
}

function writeTarget(writer: BodyWriter, route: Route, hop: NextHop, indexOf: IndexOf): void {
  if (hop.device !== undefined) writer.attributeU32(RTA.oif, indexOf(hop.device));
  writeGateway(writer, route, hop);
}

/** RTA_VIA carries a gateway of the other family (an IPv4 route through an IPv6 neighbour). */
function writeGateway(writer: BodyWriter, route: Route, hop: NextHop): void {
  const { via } = hop;
  if (via === undefined) return;
  if (ipFamily(via) === cidrFamily(route.destination)) writer.attributeIp(RTA.gateway, via);
  else writer.attribute(RTA.via, Uint8Array.of(familyNumber(via), 0, ...encodeIp(via)));
}

interface FoundAttributes {
  destination?: Ip;
  index: number;
  via?: Ip;
  metric: number;
  source?: Ip;
  mtuBytes?: number;
  table?: number;
  multipath?: NextHop[];
}

function decodeAttributes(body: Uint8Array, nameOf: NameOf): FoundAttributes {
  const found: FoundAttributes = { index: 0, metric: 0 };
  eachAttribute(body, rtmsgLength, body.length, (type, start, end) => {
    switch (type) {
      case RTA.dst:
        found.destination = decodeIp(body, start, end);
        break;
      case RTA.oif:
        requireValue(start, end, 4, 'RTA_OIF');
        found.index = readU32(body, start);
        break;
      case RTA.gateway:
        found.via = decodeIp(body, start, end);
        break;
      case RTA.via:
        found.via = decodeIp(body, start + 2, end);
        break;
      case RTA.priority:
        requireValue(start, end, 4, 'RTA_PRIORITY');
        found.metric = readU32(body, start);
        break;
      case RTA.prefsrc:
        found.source = decodeIp(body, start, end);
        break;
      case RTA.table:
        requireValue(start, end, 4, 'RTA_TABLE');
        found.table = readU32(body, start);
        break;
      case RTA.metrics:
        eachAttribute(body, start, end, (metric, from, to) => {
          if (metric === RTAX_MTU && to - from >= 4) found.mtuBytes = readU32(body, from);
        });
        break;
      case RTA.multipath:
        found.multipath = decodeHops(body, start, end, nameOf);
    }
  });
  return found;
}

function decodeHops(body: Uint8Array, start: number, end: number, nameOf: NameOf): NextHop[] {
  const hops: NextHop[] = [];
  let at = start;
  while (at < end) {
    const length = readU16(body, at);
    if (length < 8 || length > end - at) throw malformed(`next hop of length ${length} with ${end - at} bytes left`);
    let via: Ip | undefined;
    eachAttribute(body, at + 8, at + length, (type, from, to) => {
      if (type === RTA.gateway) via = decodeIp(body, from, to);
      if (type === RTA.via) via = decodeIp(body, from + 2, to);
    });
    const weight = (body[at + 3] ?? 0) + 1;
    const onlink = (body[at + 2] ?? 0) & RTNH_F_ONLINK;
    const hop = nextHop(readI32(body, at + 4), via, onlink, weight, nameOf);
    if (hop !== undefined) hops.push(hop);
    at += (length + 3) & ~3;
  }
  return hops;
}

/** One shape for every combination: absent fields stay absent, so that values compare by their keys. */
function nextHop(index: number, via: Ip | undefined, onlink: number, weight: number | undefined, nameOf: NameOf) {
  if (index === 0 && via === undefined) return undefined;
  const hop: { device?: string; via?: Ip; onlink?: boolean; weight?: number } = {};
  if (index !== 0) hop.device = nameOf(index);
  if (via !== undefined) hop.via = via;
  if (onlink !== 0) hop.onlink = true;
  if (weight !== undefined) hop.weight = weight;
  return hop;
}
