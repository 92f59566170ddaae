import type { Node } from '../api/core.ts';
import type { Family } from '../net/ip.ts';
import { selectsNode } from './choose-pools.ts';
import { allowsUse, isEnabledPool, type Pool } from './pool.ts';

/**
 * The pools that the address of a node's tunnel device may come from: enabled, of the family, with that encapsulation
 * on, allowing use Tunnel and selecting the node. Empty: the device gets no address.
 */
export function tunnelPools(
  pools: readonly Pool[],
  encapsulation: 'ipip' | 'vxlan',
  family: Family,
  node: Node | undefined,
): readonly Pool[] {
  return pools.filter((pool) => {
    const { ipipMode = 'Never', vxlanMode = 'Never' } = pool.object.spec;
    const mode = encapsulation === 'ipip' ? ipipMode : vxlanMode;
    return (
      pool.family === family &&
      mode !== 'Never' &&
      isEnabledPool(pool) &&
      allowsUse(pool, 'Tunnel') &&
      selectsNode(pool, node)
    );
  });
}
