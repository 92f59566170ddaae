import type { IPPool } from '../api/calico.ts';
import type { Node } from '../api/core.ts';
import { isBeingSplit } from '../api/ip-pool.ts';
import { type TunnelAddressType, tunnelHandle } from '../api/names.ts';
import { type Pool, readPools } from '../ipam/pool.ts';
import { tunnelPools } from '../ipam/tunnel-pools.ts';
import { readRoutedPools } from './pool.ts';
import { neededTunnels, type TunnelKind } from './tunnel.ts';

/** A tunnel address that the local node must own, and where it may come from. */
export interface TunnelAddressNeed extends TunnelKind {
  /** IPAM attribute `type`, also the key of {@link tunnelHandle}. */
  readonly type: TunnelAddressType;
  /** IPAM handle: `vxlan-tunnel-addr-node1`. */
  readonly handle: string;
  /**
   * Enabled pools with this encapsulation that allow use Tunnel and select the node. An address outside of them is to
   * be given back; when there is none, an address that the node has already is kept and none is asked for.
   */
  readonly pools: readonly Pool[];
  /** Pools that are being split: an address in them is kept, for the parts will have it; none is asked for. */
  readonly splitPools: readonly Pool[];
}

/**
 * Which tunnel addresses the local node must own, one per kind of tunnel in use. Handles of kinds that are not in the
 * answer are to be released ({@link tunnelAddressTypes} has all).
 */
export function neededTunnelAddresses(
  objects: readonly IPPool[],
  nodeName: string,
  node: Node | undefined,
): readonly TunnelAddressNeed[] {
  const pools = readPools(objects);
  return neededTunnels(readRoutedPools(objects, new Set())).map((which) => {
    const type = tunnelAddressType(which);
    const from = tunnelPools(pools, which.kind, which.family, node);
    const splitPools = pools.filter(({ family, object }) => family === which.family && isBeingSplit(object));
    return { ...which, type, handle: tunnelHandle(type, nodeName), pools: from, splitPools };
  });
}

/** Every type of tunnel address there is. */
export const tunnelAddressTypes: readonly TunnelAddressType[] = [
  'ipipTunnelAddress',
  'vxlanTunnelAddress',
  'vxlanV6TunnelAddress',
];

function tunnelAddressType({ kind, family }: TunnelKind): TunnelAddressType {
  if (kind === 'ipip') return 'ipipTunnelAddress';
  return family === 4 ? 'vxlanTunnelAddress' : 'vxlanV6TunnelAddress';
}
