import type { Cidr } from '../net/cidr.ts';
import type { Route } from '../net/route.ts';
import type { BgpPool, BgpState } from '../routing/bgp-state.ts';
import { poolOf } from '../routing/pool.ts';
import type { HandOverFacts } from './hand-over.ts';
import type { NodeState } from './node-state.ts';
import { sameWay } from './way.ts';

/** What BIRD is to be told of its pools while routes go from it to the agent. */
export interface BirdPoolsDuring {
  readonly state: BgpState | undefined;
  /** Pools whose kernel routes are BIRD's by this state. */
  readonly birdPools: ReadonlySet<string>;
  /** Those among them that are to become the agent's. */
  readonly held: readonly { contains(cidr: Cidr): boolean }[];
}

/**
 * A pool that goes from BIRD to the agent stays BIRD's until the kernel has all of the agent's routes in it (they win by
 * their metric), for a limited time: BIRD then takes its routes back without anybody missing them.
 *
 * @param routes the agent's, as they are to be programmed
 * @param byBird destinations whose new route has to wait, with BIRD's in its place
 * @param waits notes that a key waits, unless it has for too long
 * @param isRemote whether a destination still is another node's, so that a route to it is needed
 */
export function birdPoolsDuring(
  wanted: NodeState,
  routes: readonly Route[],
  byBird: ReadonlySet<Cidr>,
  facts: HandOverFacts,
  waits: (key: string, limitMs: number) => boolean,
  isRemote: (cidr: Cidr) => boolean,
): BirdPoolsDuring {
  const { bgp } = wanted;
  if (bgp === undefined) return { state: undefined, birdPools: new Set(), held: [] };
  let missing: ReadonlySet<Cidr> | undefined;
  const isMissing = (cidr: Cidr): boolean => {
    missing ??= notProgrammed(routes, facts);
    return missing.has(cidr) && isRemote(cidr);
  };
  const holds = (pool: BgpPool): boolean => {
    if (pool.kernelRoutes === 'bird' || !wasBirds(pool, bgp.pools, facts)) return false;
    const inPool = (cidr: Cidr): boolean => poolOf(bgp.pools, cidr) === pool;
    const ready =
      ![...byBird].some(inPool) &&
      facts.confirmed() &&
      ![...facts.birdRoutes()].some((cidr) => isMissing(cidr) && inPool(cidr));
    return !ready && waits(`pool ${pool.name}`, facts.times.successorMs);
  };
  const held = bgp.pools.filter(holds);
  const pools = bgp.pools.map((pool): BgpPool => {
    const kernelRoutes = held.includes(pool) ? 'bird' : pool.kernelRoutes;
    const exported = pool.exported || isStillExported(pool, facts, waits);
    return kernelRoutes === pool.kernelRoutes && exported === pool.exported
      ? pool
      : { ...pool, kernelRoutes, exported };
  });
  return {
    state: pools.every((pool, index) => pool === bgp.pools[index]) ? bgp : { ...bgp, pools },
    birdPools: new Set(pools.flatMap(({ name, kernelRoutes }) => (kernelRoutes === 'bird' ? [name] : []))),
    held: held.map((pool) => ({ contains: (cidr) => poolOf(bgp.pools, cidr) === pool })),
  };
}

/** The other nodes live by what we announce until their agents have heard of the change, too. */
function isStillExported(
  { name, kernelRoutes }: BgpPool,
  { birdPools, waiting, times }: HandOverFacts,
  waits: (key: string, limitMs: number) => boolean,
): boolean {
  const key = `export of pool ${name}`;
  return kernelRoutes === 'agent' && (birdPools?.has(name) || waiting.has(key)) && waits(key, times.withdrawMs);
}

function wasBirds(pool: BgpPool, pools: readonly BgpPool[], { birdPools, birdRoutes }: HandOverFacts): boolean {
  if (birdPools !== undefined) return birdPools.has(pool.name);
  return [...birdRoutes()].some((cidr) => poolOf(pools, cidr) === pool);
}

/** Destinations of BIRD's routes to which the agent has not programmed the route that it is to have. */
function notProgrammed(routes: readonly Route[], { programmed, birdRoutes }: HandOverFacts): ReadonlySet<Cidr> {
  const byDestination = (list: readonly Route[]) => new Map(list.map((route) => [route.destination, route]));
  const [after, before] = [byDestination(routes), byDestination(programmed)];
  const missing = [...birdRoutes()].filter((cidr) => {
    const [to, from] = [after.get(cidr), before.get(cidr)];
    return to === undefined || from === undefined || !sameWay(from, to);
  });
  return new Set(missing);
}
