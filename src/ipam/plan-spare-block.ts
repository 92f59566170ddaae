import type { IPAMBlock } from '../api/calico.ts';
import type { Node } from '../api/core.ts';
import { type Cidr, tryParseCidr } from '../net/cidr.ts';
import { addressBits } from '../net/ip.ts';
import { selectsNode } from './choose-pools.ts';
import { blockHost, isEmptyBlock } from './known-block.ts';
import {
  type AssignmentRequest,
  blockToClaim,
  freeIn,
  type IpamState,
  mayClaim,
  ownBlocks,
} from './plan-assignment.ts';
import { isEnabledPool, type Pool, poolOfBlock } from './pool.ts';

/**
 * The block to claim now so that later requests find room: when fewer addresses are free in the node's own blocks than
 * a quarter of a block. `undefined` when there is room, or when nothing can be claimed. Never takes from others, and
 * never from pools whose blocks hold one address.
 */
export function planSpareBlock(state: IpamState, request: AssignmentRequest): Cidr | undefined {
  const pools = request.pools.filter((pool) => pool.blockLength < addressBits(pool.family));
  const [first] = pools;
  if (first === undefined) return undefined;
  const sparing = { ...request, pools };
  const own = ownBlocks(state.blocks, sparing);
  const cooldownSeconds = state.rules.cooldownSeconds[0] ?? 0;
  const free = own.reduce((sum, block) => sum + freeIn(block.object, state, cooldownSeconds), 0);
  const spare = 2 ** (addressBits(first.family) - first.blockLength) / 4;
  if (free >= spare || !mayClaim(state.rules, sparing, own.length)) return undefined;
  return blockToClaim(state, sparing);
}

/** Own empty blocks that no enabled pool selecting the node covers any more: their affinity is to be released. */
export function unsuitableBlocks(
  blocks: readonly IPAMBlock[],
  nodeName: string,
  pools: readonly Pool[],
  node: Node | undefined,
): readonly IPAMBlock[] {
  const usable = pools.filter((pool) => isEnabledPool(pool) && selectsNode(pool, node));
  return blocks.filter((block) => {
    if (blockHost(block) !== nodeName || !isEmptyBlock(block)) return false;
    const cidr = tryParseCidr(block.spec.cidr);
    return cidr === undefined || poolOfBlock(usable, cidr) === undefined;
  });
}
