import type { IPAMBlock } from '../api/calico.ts';
import type { Cidr } from '../net/cidr.ts';
import { type AddressOwner, type Allocation, allocateAddresses } from './allocate.ts';
import { blockHost, hostAffinity } from './known-block.ts';
import { newBlock } from './new-block.ts';
import type { AssignmentStep } from './plan-assignment.ts';
import { isReclaimable } from './plan-assignment.ts';
import { nextSequence } from './sequence.ts';

/** What applying a step needs besides the step: the count may be 0 to claim a block ahead of need. */
export interface StepContext {
  readonly node: string;
  readonly owner: AddressOwner;
  readonly count: number;
  readonly strictAffinity: boolean;
  readonly reserved: readonly Cidr[];
  readonly nowMs: number;
}

/**
 * The block as the step wants to write it, decided again on the block's newest state: the plan may be older than that.
 * `undefined`: the chance is gone (somebody else has the block, or it is full), plan again.
 */
export function applyStep(
  current: IPAMBlock | undefined,
  step: Exclude<AssignmentStep, { kind: 'none' }>,
  context: StepContext,
): Allocation | undefined {
  const block = blockForStep(current, step, context);
  if (block === undefined) return undefined;
  const rules = { nowMs: context.nowMs, cooldownSeconds: step.cooldownSeconds, reserved: context.reserved };
  const allocation = allocateAddresses(block, context.owner, context.count, rules);
  return allocation.ips.length === 0 && context.count > 0 ? undefined : allocation;
}

function blockForStep(
  current: IPAMBlock | undefined,
  step: Exclude<AssignmentStep, { kind: 'none' }>,
  context: StepContext,
): IPAMBlock | undefined {
  const { node, nowMs } = context;
  if (current === undefined) return step.kind === 'claim' ? newBlock(step.block, node, nowMs) : undefined;
  if (blockHost(current) === node) return current;
  if (step.kind === 'reclaim' && isReclaimable(current, nowMs, step.cooldownSeconds)) return takeOver(current, context);
  if (step.kind === 'borrow' && !context.strictAffinity) return current;
  return undefined;
}

function takeOver(block: IPAMBlock, context: StepContext): IPAMBlock {
  return {
    ...block,
    spec: {
      ...block.spec,
      affinity: hostAffinity(context.node),
      affinityClaimTime: new Date(context.nowMs).toISOString(),
      sequenceNumber: nextSequence(block.spec.sequenceNumber ?? 0),
    },
  };
}
