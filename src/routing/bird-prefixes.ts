import type { CalicoNode } from '../api/node-annotations.ts';
import { type Cidr, cidrFamily, compareCidrs } from '../net/cidr.ts';
import type { OwnedPrefix } from './owned-prefixes.ts';
import { poolOf, type RoutedPool } from './pool.ts';
import type { RouteOwner } from './route-owner.ts';

/** What {@link birdPrefixes} reads. */
export interface BirdPrefixInputs {
  readonly local: CalicoNode;
  readonly nodes: ReadonlyMap<string, CalicoNode>;
  readonly pools: readonly RoutedPool[];
  readonly owners: ReadonlyMap<string, RouteOwner>;
}

/**
 * Blocks and borrowed addresses of other nodes that BIRD is to route, sorted. Without those of nodes that do not exist
 * or have no address of the family: no peer can announce them.
 */
export function birdPrefixes(
  owned: readonly OwnedPrefix[],
  { local, nodes, pools, owners }: BirdPrefixInputs,
): readonly Cidr[] {
  const cidrs = owned.flatMap(({ cidr, node }) => {
    const pool = poolOf(pools, cidr);
    if (node === local.name || pool === undefined || owners.get(pool.name) !== 'bird') return [];
    const remote = nodes.get(node);
    const address = cidrFamily(cidr) === 4 ? remote?.ipv4Address : remote?.ipv6Address;
    return address === undefined ? [] : [cidr];
  });
  return [...new Set(cidrs)].sort(compareCidrs);
}
