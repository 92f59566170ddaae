import { type Cidr, tryParseCidr } from '../net/cidr.ts';
import type { Ip } from '../net/ip.ts';
import type { BirdReply } from './bird-reply.ts';
import type { BirdNextHop, BirdRoute } from './bird-route.ts';
import { parseAddress } from './parse-address.ts';
import { requireAnswer } from './reply-error.ts';

/** Thousands of routes share a few next hops: each is read once. */
type KnownIps = Map<string, Ip | undefined>;

type Draft = { -readonly [K in keyof BirdRoute]: BirdRoute[K] } & { nextHops: BirdNextHop[] };

const head =
  /^(\S+)?\s+(unicast|blackhole|unreachable|prohibit) \[(\S+) (.+?)(?: from ([^\]\s]+))?\]( \*)? \((\d+)[^)]*\)(?: .*)?$/;

/**
 * The routes of `show route`, `show route all`, `show route filtered` of BIRD 2, in BIRD's order. Tables with other
 * things than IPv4 and IPv6 networks, and attributes nobody needs, are passed over.
 *
 * @throws WeftError BIRD_REPLY; not for an empty table
 */
export function parseRoutes(reply: BirdReply): readonly BirdRoute[] {
  const routes: Draft[] = [];
  const ips: KnownIps = new Map();
  let table = '';
  let destination: Cidr | undefined;
  let current: Draft | undefined;
  for (const { code, text } of requireAnswer(reply)) {
    const named = code === 1007 ? /^Table (\S+):$/.exec(text)?.[1] : undefined;
    const parts = code === 1007 ? head.exec(text) : null;
    if (named !== undefined) {
      table = named;
      current = undefined;
    } else if (parts !== null) {
      // The second and following routes of a destination do not repeat it.
      destination = parts[1] === undefined ? destination : tryParseCidr(parts[1]);
      current = destination === undefined ? undefined : startRoute(table, destination, parts, ips);
      if (current !== undefined) routes.push(current);
    } else if (current !== undefined) {
      readDetail(current, text.trim(), ips);
    }
  }
  return routes;
}

function startRoute(table: string, destination: Cidr, parts: RegExpExecArray, ips: KnownIps): Draft {
  const [, , kind = '', protocol = '', since = '', from = '', best, preference] = parts;
  const neighbour = readIp(from, ips);
  return {
    table,
    destination,
    kind: kind as BirdRoute['kind'],
    protocol,
    ...(neighbour === undefined ? {} : { from: neighbour }),
    since,
    best: best !== undefined,
    preference: Number(preference),
    nextHops: [],
    communities: [],
  };
}

function readDetail(route: Draft, text: string, ips: KnownIps): void {
  const [, via, device] = /^(?:via (\S+) on|dev) (\S+)/.exec(text) ?? [];
  if (device !== undefined) {
    const gateway = readIp(via ?? '', ips);
    route.nextHops.push({ ...(gateway === undefined ? {} : { via: gateway }), device });
    return;
  }
  const [, name = '', value = ''] = /^([\w.]+): ?(.*)$/.exec(text) ?? [];
  readAttribute(route, name, value, ips);
}

function readAttribute(route: Draft, name: string, value: string, ips: KnownIps): void {
  switch (name) {
    case 'Type':
      route.source = value.split(' ')[0] ?? '';
      break;
    case 'BGP.as_path':
      route.asPath = (value.match(/\d+/g) ?? []).map(Number);
      break;
    case 'BGP.next_hop': {
      const nextHop = readIp(value.split(' ')[0] ?? '', ips);
      if (nextHop !== undefined) route.bgpNextHop = nextHop;
      break;
    }
    case 'Kernel.metric':
    case 'krt_metric':
      route.kernelMetric = Number(value);
      break;
    case 'BGP.community':
    case 'BGP.large_community': {
      const found = [...value.matchAll(/\(([\d, ]+)\)/g)].map(([, numbers = '']) => numbers.replace(/,\s*/g, ':'));
      route.communities = [...route.communities, ...found];
      break;
    }
  }
}

function readIp(text: string, ips: KnownIps): Ip | undefined {
  if (!ips.has(text)) ips.set(text, parseAddress(text));
  return ips.get(text);
}
