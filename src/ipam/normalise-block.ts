import type { AllocationAttribute, IPAMBlock } from '../api/calico.ts';

type BlockSpec = IPAMBlock['spec'];

/**
 * Ends the cool-down of addresses released at least `cooldownSeconds` ago: the slot becomes null, the ordinal goes to
 * the end of `unallocated` (longest released first), its sequence number goes. Then drops attributes that no slot
 * refers to and renumbers the rest. Run on every read for writing and on every write.
 *
 * A stamp that cannot be read counts as over.
 */
export function normaliseBlock(spec: BlockSpec, cooldownSeconds: number, nowMs: number): BlockSpec {
  const over = cooledOrdinals(spec, cooldownSeconds, nowMs);
  const freed = new Set(over);
  const allocations = spec.allocations.map((slot, ordinal) => (freed.has(ordinal) ? null : slot));
  const sequences = Object.entries(spec.sequenceNumberForAllocation ?? {});
  return {
    ...spec,
    ...compactAttributes(allocations, spec.attributes),
    unallocated: over.length === 0 ? spec.unallocated : [...spec.unallocated, ...over],
    sequenceNumberForAllocation: Object.fromEntries(sequences.filter(([ordinal]) => !freed.has(Number(ordinal)))),
  };
}

function cooledOrdinals(spec: BlockSpec, cooldownSeconds: number, nowMs: number): number[] {
  const cooled: { readonly ordinal: number; readonly releasedMs: number }[] = [];
  spec.allocations.forEach((slot, ordinal) => {
    const releasedAt = slot === null ? undefined : spec.attributes[slot]?.releasedAt;
    if (releasedAt === undefined) return;
    const parsed = Date.parse(releasedAt);
    const releasedMs = Number.isNaN(parsed) ? 0 : parsed;
    if (nowMs - releasedMs >= cooldownSeconds * 1000 || cooldownSeconds === 0) cooled.push({ ordinal, releasedMs });
  });
  return cooled.sort((a, b) => a.releasedMs - b.releasedMs || a.ordinal - b.ordinal).map((slot) => slot.ordinal);
}

function compactAttributes(
  allocations: readonly (number | null)[],
  attributes: readonly AllocationAttribute[],
): Pick<BlockSpec, 'allocations' | 'attributes'> {
  const used = new Set(allocations);
  const kept = attributes.map((_attribute, index) => index).filter((index) => used.has(index));
  if (kept.length === attributes.length) return { allocations, attributes };
  const renumbered = new Map(kept.map((old, index) => [old, index]));
  return {
    allocations: allocations.map((slot) => (slot === null ? null : (renumbered.get(slot) ?? null))),
    attributes: attributes.filter((_attribute, index) => used.has(index)),
  };
}
