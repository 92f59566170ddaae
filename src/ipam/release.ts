import type { AllocationAttribute, IPAMBlock } from '../api/calico.ts';
import type { Ip } from '../net/ip.ts';
import { attributeOf } from './allocate.ts';
import { addressAt, ordinalOf } from './block-address.ts';
import { blockCidr } from './known-block.ts';
import { normaliseBlock } from './normalise-block.ts';
import type { BlockRules } from './rules.ts';
import { nextSequence } from './sequence.ts';

/** One address to release, with what the caller believes about it: each given belief is checked. */
export interface AddressRelease {
  readonly ip: Ip;
  readonly handle?: string | undefined;
  /** The block's `sequenceNumberForAllocation` of the address when the caller looked. */
  readonly sequenceNumber?: number | undefined;
}

/** What became of each address of a release. `absent`: it was free already, which is a success. */
export interface ReleaseOutcome {
  readonly block: IPAMBlock;
  readonly released: readonly Ip[];
  readonly absent: readonly Ip[];
  /** Held by somebody else by now, or given anew since the caller looked. */
  readonly refused: readonly Ip[];
}

/** Releases addresses of this block; an address that has a new owner by now is refused, never taken away. */
export function releaseAddresses(
  block: IPAMBlock,
  releases: readonly AddressRelease[],
  rules: Pick<BlockRules, 'nowMs' | 'cooldownSeconds'>,
): ReleaseOutcome {
  const cidr = blockCidr(block);
  const verdicts = releases.map((release) => ({
    ip: release.ip,
    ...judge(block.spec, ordinalOf(cidr, release.ip), release),
  }));
  const ordinals = verdicts.flatMap((one) => (one.verdict === 'released' ? [one.ordinal] : []));
  const ipsWith = (verdict: string) => verdicts.filter((one) => one.verdict === verdict).map((one) => one.ip);
  return {
    block: freeSlots(block, ordinals, rules),
    released: ipsWith('released'),
    absent: ipsWith('absent'),
    refused: ipsWith('refused'),
  };
}

/** Releases every address of the handle in this block. */
export function releaseHandle(
  block: IPAMBlock,
  handle: string,
  rules: Pick<BlockRules, 'nowMs' | 'cooldownSeconds'>,
): { readonly block: IPAMBlock; readonly released: readonly Ip[] } {
  const cidr = blockCidr(block);
  const ordinals = ordinalsOfHandle(block, handle);
  return {
    block: freeSlots(block, ordinals, rules),
    released: ordinals.map((ordinal) => addressAt(cidr, ordinal)),
  };
}

/** The addresses a handle holds in this block. */
export function addressesOfHandle(block: IPAMBlock, handle: string): readonly Ip[] {
  const ordinals = ordinalsOfHandle(block, handle);
  if (ordinals.length === 0) return [];
  const cidr = blockCidr(block);
  return ordinals.map((ordinal) => addressAt(cidr, ordinal));
}

function ordinalsOfHandle(block: IPAMBlock, handle: string): number[] {
  const { allocations, attributes } = block.spec;
  const slots = new Set(attributes.flatMap((attribute, slot) => (attribute.handle_id === handle ? [slot] : [])));
  if (slots.size === 0) return [];
  return allocations.flatMap((slot, ordinal) => (slot !== null && slots.has(slot) ? [ordinal] : []));
}

type Verdict = { readonly verdict: 'released'; readonly ordinal: number } | { readonly verdict: 'absent' | 'refused' };

function judge(spec: IPAMBlock['spec'], ordinal: number | undefined, release: AddressRelease): Verdict {
  const attribute = ordinal === undefined ? undefined : attributeOf(spec, ordinal);
  if (ordinal === undefined || attribute === undefined || attribute.releasedAt !== undefined) {
    return { verdict: 'absent' };
  }
  if (release.handle !== undefined && release.handle !== attribute.handle_id) return { verdict: 'refused' };
  const sequence = spec.sequenceNumberForAllocation?.[ordinal];
  if (release.sequenceNumber !== undefined && release.sequenceNumber !== sequence) return { verdict: 'refused' };
  return { verdict: 'released', ordinal };
}

function freeSlots(
  block: IPAMBlock,
  ordinals: readonly number[],
  rules: Pick<BlockRules, 'nowMs' | 'cooldownSeconds'>,
): IPAMBlock {
  if (ordinals.length === 0) return block;
  const spec = block.spec;
  const freed = new Set(ordinals);
  const released: AllocationAttribute = { releasedAt: new Date(rules.nowMs).toISOString() };
  const cooling: IPAMBlock['spec'] = {
    ...spec,
    allocations: spec.allocations.map((slot, ordinal) => (freed.has(ordinal) ? spec.attributes.length : slot)),
    attributes: [...spec.attributes, released],
    sequenceNumber: nextSequence(spec.sequenceNumber ?? 0),
  };
  return { ...block, spec: normaliseBlock(cooling, rules.cooldownSeconds, rules.nowMs) };
}
