import type { IPAMBlock } from '../api/calico.ts';
import { cidrFamily, tryParseCidr } from '../net/cidr.ts';
import { freeAddressCount } from './allocate.ts';
import { blockHost, isEmptyBlock, isLiveBlock } from './known-block.ts';
import { normaliseBlock } from './normalise-block.ts';

/** Since when (monotonic ms) each block has been seen empty. Key: {@link idleKey}. */
export type IdleSince = ReadonlyMap<string, number>;

/** Rules of {@link idleBlocks}: `monotonicMs` for ages, `nowMs` (wall clock) for cool-downs. */
export interface IdleRules {
  readonly monotonicMs: number;
  readonly nowMs: number;
  readonly graceMs: number;
  readonly cooldownSeconds: number;
}

/**
 * The empty blocks whose affinity is to be released: nobody's and those of nodes that are gone at once, others when
 * they were empty for the whole grace. A node keeps a quarter of a block of free addresses, so never loses its last.
 */
export function idleBlocks(
  blocks: readonly IPAMBlock[],
  nodeExists: (node: string) => boolean,
  before: IdleSince,
  rules: IdleRules,
): { readonly idle: readonly IPAMBlock[]; readonly since: IdleSince } {
  const since = new Map<string, number>();
  const idle: IPAMBlock[] = [];
  for (const block of blocks.filter((one) => isIdle(one, rules))) {
    const host = blockHost(block);
    if (host === undefined && block.spec.affinity !== undefined) continue; // virtual: not a node's
    const sinceMs = before.get(idleKey(block)) ?? rules.monotonicMs;
    since.set(idleKey(block), sinceMs);
    const orphaned = host === undefined || !nodeExists(host);
    const rested = rules.monotonicMs - sinceMs >= rules.graceMs && before.has(idleKey(block));
    if (orphaned || (rested && isSpare(block, blocks, idle, rules))) idle.push(block);
  }
  return { idle, since };
}

/** True when every address is free, none cooling down. */
export function isIdle(block: IPAMBlock, rules: Pick<IdleRules, 'nowMs' | 'cooldownSeconds'>): boolean {
  if (!isLiveBlock(block)) return false;
  return isEmptyBlock({ ...block, spec: normaliseBlock(block.spec, rules.cooldownSeconds, rules.nowMs) });
}

/** True when the node's other blocks have room enough. */
function isSpare(
  block: IPAMBlock,
  all: readonly IPAMBlock[],
  leaving: readonly IPAMBlock[],
  rules: IdleRules,
): boolean {
  const cidr = tryParseCidr(block.spec.cidr);
  const others = all.filter((one) => {
    const otherCidr = tryParseCidr(one.spec.cidr);
    return (
      one !== block &&
      !leaving.includes(one) &&
      blockHost(one) === blockHost(block) &&
      (cidr === undefined || otherCidr === undefined || cidrFamily(otherCidr) === cidrFamily(cidr))
    );
  });
  const room = { nowMs: rules.nowMs, cooldownSeconds: rules.cooldownSeconds, reserved: [] };
  const free = others.reduce((sum, one) => sum + freeAddressCount(one, room), 0);
  return others.length > 0 && free >= block.spec.allocations.length / 4;
}

/** Changes with every use of the block. */
function idleKey(block: IPAMBlock): string {
  return `${block.metadata.uid} ${block.spec.sequenceNumber}`;
}
