import type { IPAMBlock } from '../api/calico.ts';
import type { Cidr } from '../net/cidr.ts';
import { cidrFamily } from '../net/cidr.ts';
import type { Ip } from '../net/ip.ts';
import { type AddressOwner, allocateAddress } from './allocate.ts';
import type { IpamErrorCode } from './ipam-errors.ts';
import { blockHost } from './known-block.ts';
import { newBlock } from './new-block.ts';
import { type IpamState, mayClaim, ownedBlockCount } from './plan-assignment.ts';
import type { Pool } from './pool.ts';

/** A wanted address was given (the block is to be written) or not. */
export type SpecificOutcome =
  | { readonly kind: 'assigned'; readonly block: IPAMBlock; readonly cidr: Cidr }
  | { readonly kind: 'refused'; readonly code: IpamErrorCode; readonly reason: string };

/**
 * Decides on one wanted address: from the block that holds it, which this node claims when nobody has. In another
 * node's block the address is borrowed, unless affinity is strict.
 *
 * @param current the newest state of block `cidr`; `undefined` when it does not exist
 */
export function assignSpecific(
  current: IPAMBlock | undefined,
  cidr: Cidr,
  request: { readonly ip: Ip } & AddressOwner,
  pool: Pool,
  state: IpamState,
  node: string,
): SpecificOutcome {
  const host = current === undefined ? node : blockHost(current);
  if (current === undefined) {
    const claim = { node, family: cidrFamily(cidr), pools: [pool] };
    if (!mayClaim(state.rules, claim, ownedBlockCount(state.blocks, claim))) {
      const reason = `block ${cidr} does not exist and node ${node} may not claim another`;
      const remedy = 'raise maxBlocksPerHost or set autoAllocateBlocks in IPAMConfiguration default';
      return { kind: 'refused', code: 'IPAM_BLOCK_LIMIT', reason: `${reason}; ${remedy}` };
    }
  }
  if (host !== node && state.rules.strictAffinity) {
    const reason = `block ${cidr} belongs to ${host === undefined ? 'nobody' : `node ${host}`} and strict affinity is enabled`;
    const remedy = 'run the pod on that node, ask for another address, or turn strictAffinity off';
    return { kind: 'refused', code: 'IPAM_STRICT_AFFINITY', reason: `${reason}; ${remedy}` };
  }
  const block = current ?? newBlock(cidr, node, state.nowMs);
  const rules = { nowMs: state.nowMs, cooldownSeconds: state.rules.cooldownSeconds[0] ?? 0, reserved: state.reserved };
  const allocation = allocateAddress(block, request, request.ip, rules);
  if (allocation === undefined) {
    return { kind: 'refused', code: 'IPAM_OUTSIDE_POOLS', reason: `block ${cidr} does not hold it` };
  }
  if ('kind' in allocation) {
    const owner = allocation.handle === undefined ? 'another owner' : `handle ${allocation.handle}`;
    const remedy = 'ask for another address or release it first';
    return { kind: 'refused', code: 'IPAM_ADDRESS_IN_USE', reason: `it is in use by ${owner}; ${remedy}` };
  }
  return { kind: 'assigned', block: allocation.block, cidr };
}
