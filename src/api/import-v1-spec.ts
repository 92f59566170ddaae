import { isRecord } from '../base/is-record.ts';

/** A spec as it is stored in crd.projectcalico.org/v1: nobody has checked it. */
export type V1Spec = Readonly<Record<string, unknown>>;

const ipipModes: Readonly<Record<string, string>> = { always: 'Always', 'cross-subnet': 'CrossSubnet' };

/** Pools of the first versions had `ipip: {enabled, mode}` and `nat-outgoing`. */
export function liftPool(spec: V1Spec, notes: string[]): V1Spec {
  const { ipip, 'nat-outgoing': nat, ...rest } = spec;
  const lifted: Record<string, unknown> = { ...rest };
  if (isRecord(ipip) && rest.ipipMode === undefined) {
    lifted.ipipMode = ipip.enabled === true ? (ipipModes[String(ipip.mode ?? 'always')] ?? 'Always') : 'Never';
    notes.push(`ipip is ipipMode ${String(lifted.ipipMode)} now`);
  }
  if (typeof nat === 'boolean' && rest.natOutgoing === undefined) {
    lifted.natOutgoing = nat;
    notes.push('nat-outgoing is natOutgoing now');
  }
  return lifted;
}

/** `deleted` was the text "true" or "false". */
export function liftDeleted(spec: V1Spec): V1Spec {
  if (typeof spec.deleted !== 'string') return spec;
  return { ...spec, deleted: spec.deleted === 'true' };
}

/** Lists that Go writes as null when they are empty, and free addresses that were in no list. */
export function liftBlock(spec: V1Spec, notes: string[]): V1Spec {
  const allocations = arrayOf(spec.allocations);
  const listed = arrayOf(spec.unallocated);
  const known = new Set(listed);
  const forgotten = allocations.flatMap((slot, ordinal) => (slot === null && !known.has(ordinal) ? [ordinal] : []));
  if (forgotten.length > 0) {
    notes.push(`${forgotten.length} free addresses were in no list and would never have been given: they are again`);
  }
  const { affinity, sequenceNumberForAllocation, affinityClaimTime, ...rest } = spec;
  return {
    ...rest,
    ...(typeof affinity === 'string' && affinity !== '' ? { affinity } : {}),
    ...(typeof affinityClaimTime === 'string' ? { affinityClaimTime } : {}),
    allocations,
    unallocated: [...listed, ...forgotten],
    attributes: arrayOf(spec.attributes).map(liftAttribute),
    sequenceNumberForAllocation: isRecord(sequenceNumberForAllocation) ? sequenceNumberForAllocation : {},
  };
}

/** Go writes absent handles and owners as null. */
function liftAttribute(attribute: unknown): unknown {
  if (!isRecord(attribute)) return attribute;
  return Object.fromEntries(Object.entries(attribute).filter(([, value]) => value !== null));
}

function arrayOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
