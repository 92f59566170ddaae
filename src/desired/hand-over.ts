import { type CalicoNode, readCalicoNode } from '../api/node-annotations.ts';
import { type Cidr, cidrContainsIp, cidrFamily, compareCidrs, hostCidr } from '../net/cidr.ts';
import { type Route, routeProtocol } from '../net/route.ts';
import { ownedPrefixes } from '../routing/owned-prefixes.ts';
import { poolOf, readRoutedPools } from '../routing/pool.ts';
import { birdPoolsDuring } from './hand-over-pools.ts';
import type { NodeState } from './node-state.ts';
import type { Snapshot } from './snapshot.ts';
import { canReceive, canWork, sameWay, tunnelOf } from './way.ts';

/** How long the parts of a hand-over may take, in milliseconds. */
export interface HandOverTimes {
  /** A far end that does not announce the new kind of tunnel gets its packets by it all the same after this. */
  readonly peerMs: number;
  /** An old route that is to have no successor goes after this; one that waits for its successor is then a warning. */
  readonly successorMs: number;
  /** A tunnel outlives its last use by this: other nodes may not have heard of the change yet. */
  readonly graceMs: number;
  /** The same for a tunnel that is found at the start and was not needed even then. */
  readonly foundGraceMs: number;
  /** A pool that is no longer to be announced, and whose routes go from BIRD to the agents, stays announced for this. */
  readonly withdrawMs: number;
  /** A tunnel's device outlives the announcement of its address by this. */
  readonly deviceMs: number;
}

/** What the hand-over depends on besides what is wanted; times by one monotonic clock. */
export interface HandOverFacts {
  readonly nowMs: number;
  readonly times: HandOverTimes;
  /** The agent's routes that were given to the kernel last; after a start, those that were found in it. */
  readonly programmed: readonly Route[];
  /** Whether the kernel has taken them. */
  readonly confirmed: () => boolean;
  /** Destinations of BIRD's routes in the kernel. Asked only when something depends on it. */
  readonly birdRoutes: () => ReadonlySet<Cidr>;
  /** Pools whose kernel routes BIRD has been told to write; absent after a start. */
  readonly birdPools: ReadonlySet<string> | undefined;
  /** Since when each destination waits, and each pool. */
  readonly waiting: ReadonlyMap<string, number>;
}

/** What to program now. */
export interface HandedOver {
  readonly state: NodeState;
  /** For the next call. */
  readonly waiting: ReadonlyMap<string, number>;
  readonly birdPools: ReadonlySet<string>;
}

/** IPv6 has no metric above that of a route without one (1024), which BIRD's routes have, too: a route that must win beside BIRD's. */
const metricBesideBird = 1023;
/** Until a route is surely in the kernel. */
const gatewayMs = 2000;

/**
 * The way from what is programmed to what is wanted, without a moment in which a destination of another node has no
 * route that works: break comes after make.
 * - From the agent to BIRD: the agent's route, which wins by its metric, stays until BIRD's is in the kernel. If it never
 *   comes, the old one stays as long as it can work, with a warning.
 * - To a tunnel: the old route (or BIRD's) stays until the far node announces its end, for it may not have a device yet.
 *   Without an end there is no VXLAN at all; IP-in-IP works without, and is used after some time.
 * - From BIRD to the agent: BIRD keeps its routes until the agent's are in the kernel.
 *
 * Pure; the same arguments give the same answer. When nothing waits, the state is `wanted` itself.
 */
export function handOver(snapshot: Snapshot, wanted: NodeState, facts: HandOverFacts): HandedOver {
  const old = new Map(facts.programmed.filter(isToOtherNode).map((route) => [route.destination, route]));
  const waiting = new Map<string, number>();
  const waits = (key: string, limitMs: number): boolean => {
    const start = facts.waiting.get(key) ?? facts.nowMs;
    const isEarly = facts.nowMs - start < limitMs;
    if (isEarly) waiting.set(key, start);
    return isEarly;
  };
  const moment: Moment = {
    wanted,
    facts,
    waits,
    machine: snapshot.machine,
    remote: remoteNodes(snapshot, wanted.node),
  };

  const routes: Route[] = [];
  const byBird = new Set<Cidr>();
  for (const route of wanted.routes) {
    const now = routeNow(route, old.get(route.destination), moment);
    if (now === undefined) byBird.add(route.destination);
    else routes.push(now);
    old.delete(route.destination);
  }
  const warnings = [...wanted.warnings];
  const birds = old.size > 0 ? new Set(wanted.birdPrefixes) : new Set<Cidr>();
  for (const route of old.values()) {
    const kept = routeWithoutSuccessor(route, birds.has(route.destination), moment);
    if (kept !== undefined) routes.push(kept.route);
    if (kept?.warning === undefined) continue;
    warnings.push(kept.warning);
    // It is waited for all the same.
    waits(route.destination, Number.POSITIVE_INFINITY);
  }

  const bgp = birdPoolsDuring(wanted, routes, byBird, facts, waits, (cidr) => moment.remote().has(cidr));
  const gateways = gatewaysWithin(routes, facts, waits);
  // Nothing differs: the very same value, so that nobody who compares has to look into it.
  if (waiting.size === 0 && byBird.size === 0 && routes.length === wanted.routes.length) {
    return { state: wanted, waiting, birdPools: bgp.birdPools };
  }
  const beside = (route: Route): Route =>
    isToOtherNode(route) && bgp.held.some((pool) => pool.contains(route.destination)) ? besideBird(route) : route;
  const state: NodeState = {
    ...wanted,
    routes: [...gateways, ...routes.map(beside)].sort((a, b) => compareCidrs(a.destination, b.destination)),
    ...(bgp.state === undefined ? {} : { bgp: bgp.state }),
    warnings: warnings.sort(),
  };
  return { state, waiting, birdPools: bgp.birdPools };
}

/** What every route's hand-over depends on. */
interface Moment {
  readonly wanted: NodeState;
  readonly facts: HandOverFacts;
  readonly machine: Snapshot['machine'];
  readonly remote: () => ReadonlyMap<Cidr, Remote>;
  /** Notes that a destination waits, unless it has for longer than the limit: then `false`. */
  readonly waits: (key: string, limitMs: number) => boolean;
}

/** What to program for a wanted route: it, or the one before it for a while; `undefined` when BIRD's is to stay so long. */
function routeNow(route: Route, before: Route | undefined, moment: Moment): Route | undefined {
  const { wanted, facts, machine, remote, waits } = moment;
  const { destination } = route;
  if (!isToOtherNode(route) || (before !== undefined && sameWay(before, route))) return route;
  const { node } = remote().get(destination) ?? {};
  if (node === undefined || canReceive(route, node)) return route;
  if (before !== undefined && canWork(before, node, wanted, machine)) {
    return waits(destination, facts.times.peerMs) ? before : route;
  }
  return facts.birdRoutes().has(destination) && waits(destination, facts.times.peerMs) ? undefined : route;
}

/**
 * An old route of which no wanted one takes the place: `undefined` when it can go.
 *
 * @param isBirds BIRD is to route its destination
 */
function routeWithoutSuccessor(
  route: Route,
  isBirds: boolean,
  { wanted, facts, machine, remote, waits }: Moment,
): { readonly route: Route; readonly warning?: string } | undefined {
  const { destination } = route;
  const { node, encapsulated } = remote().get(destination) ?? {};
  if (node === undefined || !canWork(route, node, wanted, machine)) return undefined;
  if (isBirds && facts.birdRoutes().has(destination)) return undefined;
  const stays = isBirds ? besideBird(route) : route;
  if (waits(destination, facts.times.successorMs)) return { route: stays };
  // Somebody is to give it a successor: as long as nobody does, the old one is better than none.
  if (!isBirds && !encapsulated) return undefined;
  const what = isBirds ? `BIRD has no route to ${destination} of node ${node.name}` : `no new way to ${destination}`;
  return { route: stays, warning: `${what}: the earlier route by the agent stays` };
}

/**
 * IPv6 refuses a gateway to which another device leads by what is programmed: the route that is being replaced, around
 * the gateway's own address. For a while, a host route to it by the new device makes it acceptable.
 */
function gatewaysWithin(
  routes: readonly Route[],
  { programmed, waiting, birdRoutes }: HandOverFacts,
  waits: (key: string, limitMs: number) => boolean,
): readonly Route[] {
  const inside = routes.flatMap((route) => {
    const { destination, nextHops, ...rest } = route;
    const { device, via } = nextHops[0] ?? {};
    if (cidrFamily(destination) === 4 || device === undefined || tunnelOf(device) === undefined) return [];
    if (via === undefined || !cidrContainsIp(destination, via)) return [];
    return [{ route, gateway: { ...rest, destination: hostCidr(via), nextHops: [{ device }] } }];
  });
  if (inside.length === 0) return [];
  const known = new Map(programmed.map((route) => [route.destination, route]));
  return inside.flatMap(({ route, gateway }) => {
    const before = known.get(route.destination);
    const key = `gateway ${route.destination}`;
    if (!waiting.has(key)) {
      if (before === undefined ? !birdRoutes().has(route.destination) : sameWay(before, route)) return [];
    }
    return waits(key, gatewayMs) ? [gateway] : [];
  });
}

function besideBird(route: Route): Route {
  return cidrFamily(route.destination) === 6 ? { ...route, metric: metricBesideBird } : route;
}

/** The agent's routes to blocks and borrowed addresses of other nodes; not its blackholes, nor routes of pods. */
export function isToOtherNode(route: Route): boolean {
  return route.protocol === routeProtocol.weft && route.kind === 'unicast';
}

/** Whose a prefix is, and whether its pool encapsulates (somewhere). */
interface Remote {
  readonly node: CalicoNode;
  readonly encapsulated: boolean;
}

/** Which node each prefix of a pool belongs to; found out at the first question, most calls ask none. */
function remoteNodes(snapshot: Snapshot, local: string): () => ReadonlyMap<Cidr, Remote> {
  let found: ReadonlyMap<Cidr, Remote> | undefined;
  const find = (): ReadonlyMap<Cidr, Remote> => {
    const nodes = new Map(snapshot.nodes.map((node) => [node.metadata.name, node]));
    const pools = readRoutedPools(snapshot.pools, new Set());
    const read = new Map<string, CalicoNode>();
    const prefixes = ownedPrefixes(snapshot.blocks, new Set());
    return new Map(
      prefixes.flatMap(({ cidr, node: name }): [Cidr, Remote][] => {
        const object = nodes.get(name);
        const pool = poolOf(pools, cidr);
        if (object === undefined || name === local || pool === undefined) return [];
        const node = read.get(name) ?? readCalicoNode(object);
        read.set(name, node);
        return [[cidr, { node, encapsulated: pool.encapsulation.kind !== 'none' }]];
      }),
    );
  };
  return () => {
    found ??= find();
    return found;
  };
}
