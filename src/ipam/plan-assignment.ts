import type { IPAMBlock } from '../api/calico.ts';
import { type Cidr, tryParseCidr } from '../net/cidr.ts';
import { addressBits, type Family } from '../net/ip.ts';
import { freeAddressCount } from './allocate.ts';
import { firstFreeBlock, poolBlockCount } from './choose-block.ts';
import { hostStart } from './host-seed.ts';
import type { IpamErrorCode } from './ipam-errors.ts';
import { blockHost, isEmptyBlock } from './known-block.ts';
import { normaliseBlock } from './normalise-block.ts';
import { type Pool, poolOfBlock } from './pool.ts';
import { defaultMaxBlocksPerHost, type IpamRules } from './rules.ts';

/** Everything a decision reads. `random` in [0, 1) places blocks of one address. */
export interface IpamState {
  readonly blocks: readonly IPAMBlock[];
  readonly rules: IpamRules;
  readonly reserved: readonly Cidr[];
  readonly nowMs: number;
  readonly random: number;
}

/** Who needs addresses: this node, of one IP version, from these pools in this order. */
export interface AssignmentRequest {
  readonly node: string;
  readonly family: Family;
  readonly pools: readonly Pool[];
}

/**
 * What to do next for an address: take it from an own block, claim a new block, take over another node's empty block,
 * or borrow from another node's block. Each is one compare-and-swap on one block, see {@link applyStep}.
 */
export type AssignmentStep =
  | {
      readonly kind: 'take' | 'claim' | 'reclaim' | 'borrow';
      readonly block: Cidr;
      readonly cooldownSeconds: number;
    }
  | { readonly kind: 'none'; readonly code: IpamErrorCode; readonly reason: string };

/** A block of another node may be taken over when it is empty and was claimed at least this long ago. */
const emptyBlockMinReclaimAgeMs = 60_000;

/** A block of a usable pool. */
export interface Candidate {
  readonly object: IPAMBlock;
  readonly cidr: Cidr;
}

/**
 * Decides one step. Order: own blocks as listed; a free block of a pool, from this node's own starting point on; an
 * empty block of another node; an address of another node's block (not under strict affinity). A cool-down that was
 * not configured is given up before the request fails.
 */
export function planAssignment(state: IpamState, request: AssignmentRequest): AssignmentStep {
  let last: AssignmentStep = { kind: 'none', code: 'IPAM_NO_FREE_ADDRESS', reason: 'no cool-down time given' };
  for (const cooldownSeconds of state.rules.cooldownSeconds) {
    last = planWith(state, request, cooldownSeconds);
    if (last.kind !== 'none') return last;
  }
  return last;
}

function planWith(state: IpamState, request: AssignmentRequest, cooldownSeconds: number): AssignmentStep {
  const own = ownBlocks(state.blocks, request);
  const roomy = own.find(hasRoom);
  if (roomy !== undefined) return { kind: 'take', block: roomy.cidr, cooldownSeconds };
  const claimable = mayClaim(state.rules, request, own.length);
  const free = claimable ? blockToClaim(state, request) : undefined;
  if (free !== undefined) return { kind: 'claim', block: free, cooldownSeconds };
  // Only now all blocks of the cluster are read: with thousands of them that takes milliseconds.
  const foreign = state.blocks.filter((block) => blockHost(block) !== request.node && !isVirtual(block));
  const others = rotate(candidates(foreign, request.pools), request.node).filter(hasRoom);
  const idle = others.find((block) => isReclaimable(block.object, state.nowMs, cooldownSeconds));
  if (claimable && idle !== undefined) return { kind: 'reclaim', block: idle.cidr, cooldownSeconds };
  const [lender] = others;
  if (lender !== undefined && !state.rules.strictAffinity)
    return { kind: 'borrow', block: lender.cidr, cooldownSeconds };
  return refusal(state, request, own.length, claimable);

  function hasRoom(block: Candidate): boolean {
    return freeIn(block.object, state, cooldownSeconds) > 0;
  }
}

/** True when another node's block is empty and no longer young; nobody's empty block is always free to take. */
export function isReclaimable(block: IPAMBlock, nowMs: number, cooldownSeconds: number): boolean {
  if (isVirtual(block)) return false;
  if (!isEmptyBlock({ ...block, spec: normaliseBlock(block.spec, cooldownSeconds, nowMs) })) return false;
  if (blockHost(block) === undefined) return true;
  const claimedMs = Date.parse(block.spec.affinityClaimTime ?? block.metadata.creationTimestamp ?? '');
  return Number.isNaN(claimedMs) || nowMs - claimedMs >= emptyBlockMinReclaimAgeMs;
}

/** True while the node may claim another block. */
export function mayClaim(rules: IpamRules, request: AssignmentRequest, ownedBlocks: number): boolean {
  return rules.autoAllocateBlocks && ownedBlocks < blockLimit(rules, request);
}

function blockLimit(rules: IpamRules, request: AssignmentRequest): number {
  if (rules.maxBlocksPerHost !== undefined) return rules.maxBlocksPerHost;
  return request.pools.some(hasSingleAddressBlocks) ? Number.POSITIVE_INFINITY : defaultMaxBlocksPerHost;
}

/** The free block this node would claim next. */
export function blockToClaim(state: IpamState, request: AssignmentRequest): Cidr | undefined {
  const taken = state.blocks.flatMap((block) => tryParseCidr(block.spec.cidr) ?? []);
  for (const pool of request.pools) {
    const count = poolBlockCount(pool);
    const start = hasSingleAddressBlocks(pool) ? Math.floor(state.random * count) : hostStart(request.node, count);
    const block = firstFreeBlock(pool, start, taken, state.reserved);
    if (block !== undefined) return block;
  }
  return undefined;
}

function refusal(state: IpamState, request: AssignmentRequest, owned: number, claimable: boolean): AssignmentStep {
  const pools = request.pools.map((pool) => `${pool.name} (${pool.cidr})`).join(', ');
  if (!claimable && state.rules.autoAllocateBlocks) {
    const limit = blockLimit(state.rules, request);
    const reason = `cannot allocate new block due to per host block limit: node ${request.node} owns ${owned} of ${limit}`;
    const remedy = 'raise maxBlocksPerHost in IPAMConfiguration default';
    return { kind: 'none', code: 'IPAM_BLOCK_LIMIT', reason: `${reason} and none has a free address; ${remedy}` };
  }
  const remedy = `add an IPPool or free addresses (weft ipam show --show-blocks tells where they went); pools: ${pools}`;
  const reason = state.rules.strictAffinity
    ? 'No more free affine blocks and strict affinity enabled'
    : 'No more free addresses in the usable pools';
  return { kind: 'none', code: 'IPAM_NO_FREE_ADDRESS', reason: `${reason}; ${remedy}` };
}

/** How many blocks of these pools the node owns. */
export function ownedBlockCount(blocks: readonly IPAMBlock[], request: AssignmentRequest): number {
  return ownBlocks(blocks, request).length;
}

/** The node's own blocks of these pools, in the pools' order. */
export function ownBlocks(blocks: readonly IPAMBlock[], request: AssignmentRequest): readonly Candidate[] {
  const own = blocks.filter((block) => blockHost(block) === request.node);
  return candidates(own, request.pools);
}

function candidates(blocks: readonly IPAMBlock[], pools: readonly Pool[]): readonly Candidate[] {
  const found = blocks.flatMap((object) => {
    const cidr = tryParseCidr(object.spec.cidr);
    const pool = cidr === undefined ? undefined : poolOfBlock(pools, cidr);
    return cidr === undefined || pool === undefined ? [] : [{ object, cidr, pool }];
  });
  return pools.flatMap((pool) => found.filter((block) => block.pool === pool));
}

/** How many addresses of the block a request could take. */
export function freeIn(block: IPAMBlock, state: IpamState, cooldownSeconds: number): number {
  return freeAddressCount(block, { nowMs: state.nowMs, cooldownSeconds, reserved: state.reserved });
}

function isVirtual(block: IPAMBlock): boolean {
  return block.spec.affinity !== undefined && blockHost(block) === undefined;
}

function hasSingleAddressBlocks(pool: Pool): boolean {
  return pool.blockLength === addressBits(pool.family);
}

/** Every node looks at other nodes' blocks from its own starting point, so that they do not all crowd on one. */
function rotate<T>(items: readonly T[], node: string): readonly T[] {
  const start = hostStart(node, items.length);
  return [...items.slice(start), ...items.slice(0, start)];
}
