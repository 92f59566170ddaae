import type { RouteProgramming } from '../api/route-programming.ts';
import type { Backend } from './machine.ts';
import type { RoutedPool } from './pool.ts';

/** Who writes the routes to other nodes' addresses of a pool into the kernel. */
export type RouteOwner = 'agent' | 'bird';

/** What the decision depends on. */
export interface RouteOwnerInputs {
  readonly backend: Backend;
  /** FelixConfiguration: what the agent is asked to write; absent = nothing is said. */
  readonly agentRoutes: RouteProgramming | undefined;
  /** BGPConfiguration: what BIRD is asked to write; absent = nothing is said. */
  readonly birdRoutes: RouteProgramming | undefined;
}

/**
 * The one place that decides whose the routes of each pool are, by name of the pool. Every pool has one owner, whatever
 * the settings say; settings that name both or none are a problem:
 * - pools with encapsulation are the agent's, same-subnet routes of CrossSubnet included: BIRD 2 has no tunnels;
 * - so are pools that BGP does not announce (disableBGPExport): no node would learn of another one's blocks;
 * - other pools are BIRD's with backend `bird`, unless programClusterRoutes of BGPConfiguration leaves them out or that
 *   of FelixConfiguration names them.
 */
export function routeOwners(
  pools: readonly RoutedPool[],
  inputs: RouteOwnerInputs,
  problems: Set<string>,
): ReadonlyMap<string, RouteOwner> {
  const owners = new Map<string, RouteOwner>();
  for (const pool of pools) {
    const owner = ownerOf(pool, inputs);
    const isAsked = inputs.backend === 'bird' && (pool.exported || inputs.birdRoutes !== undefined);
    const asked = isAsked ? askedFor(pool, inputs) : owner;
    if (asked !== owner) problems.add(contradiction(pool, inputs, asked, owner));
    owners.set(pool.name, owner);
  }
  return owners;
}

function ownerOf(
  { encapsulation, exported }: RoutedPool,
  { backend, agentRoutes, birdRoutes }: RouteOwnerInputs,
): RouteOwner {
  if (backend !== 'bird' || encapsulation.kind !== 'none' || !exported) return 'agent';
  return writes(birdRoutes, 'none') === false || writes(agentRoutes, 'none') === true ? 'agent' : 'bird';
}

/** Whom the settings name. A side of which nothing is said follows the other one, as far as it can. */
function askedFor(
  { encapsulation: { kind } }: RoutedPool,
  { agentRoutes, birdRoutes }: RouteOwnerInputs,
): RouteOwner | 'both' | 'neither' {
  if (kind === 'vxlan') return 'agent';
  const bird = writes(birdRoutes, kind) ?? (kind === 'none' && writes(agentRoutes, kind) !== true);
  const agent = writes(agentRoutes, kind) ?? (kind === 'none' ? !bird : true);
  if (bird && agent) return 'both';
  return bird ? 'bird' : agent ? 'agent' : 'neither';
}

/** Whether a side is asked to write the routes of pools of this kind; `undefined` when nothing is said. */
function writes(asked: RouteProgramming | undefined, kind: 'none' | 'ipip'): boolean | undefined {
  if (asked === undefined) return undefined;
  return asked === 'Enabled' || asked === (kind === 'none' ? 'EnabledNoEncapOnly' : 'EnabledIPIPOnly');
}

function contradiction(
  pool: RoutedPool,
  { agentRoutes, birdRoutes }: RouteOwnerInputs,
  asked: RouteOwner | 'both' | 'neither',
  owner: RouteOwner,
): string {
  const [bgp, felix] = [birdRoutes ?? 'not set', agentRoutes ?? 'not set'];
  const found = `programClusterRoutes is ${bgp} in BGPConfiguration and ${felix} in FelixConfiguration`;
  const meaning = { both: 'both BIRD and the agent', neither: 'nobody', bird: 'BIRD', agent: 'the agent' }[asked];
  const unheard = pool.exported ? '' : ', for disableBGPExport keeps BIRD from telling of them';
  const why = pool.encapsulation.kind === 'none' ? unheard : ', for BIRD has no tunnels';
  const result = owner === 'agent' ? `the agent does${why}` : 'BIRD does';
  return `pool ${pool.name}: ${found}, so that ${meaning} would write its routes: ${result}`;
}
