import { isRecord } from '../base/is-record.ts';
import { parseProtocol } from '../net/protocol.ts';
import type { PolicySpec, PolicyType, Rule } from './calico-policy.ts';
import type { KubernetesObject } from './meta.ts';

/**
 * The directions of a policy that names none: those it has rules for, and Ingress when it has none at all.
 *
 * @see Calico NetworkPolicy reference, field "types"
 */
export function defaultPolicyTypes({ ingress = [], egress = [] }: PolicySpec): readonly PolicyType[] {
  if (egress.length === 0) return ['Ingress'];
  return ingress.length === 0 ? ['Egress'] : ['Ingress', 'Egress'];
}

/** Fills in `types` and spells protocols as usual. A staged deletion has no types. The object need not be valid. */
export function defaultPolicy<T extends KubernetesObject>(policy: T): T {
  const { spec } = spelled(policy) as { readonly spec?: unknown };
  if (!isRecord(spec)) return policy;
  const { types } = spec;
  const hasTypes = types !== undefined && !(Array.isArray(types) && types.length === 0);
  if (spec.stagedAction === 'Delete' || hasTypes) return { ...policy, spec };
  const filled = defaultPolicyTypes({ ingress: listAt(spec, 'ingress'), egress: listAt(spec, 'egress') });
  return { ...policy, spec: { ...spec, types: filled } };
}

/**
 * The object with every protocol in the usual spelling: 6 for `"6"`. What is no protocol stays, and so do wrong shapes.
 */
export function spelled<T extends KubernetesObject>(object: T): T {
  const { spec } = object as { readonly spec?: unknown };
  if (!isRecord(spec)) return object;
  const lists = ['ingress', 'egress', 'ports'].filter((key) => Array.isArray(spec[key]));
  const changed = lists.map((key) => [key, listAt(spec, key).map(spellItem)]);
  return { ...object, spec: { ...spec, ...Object.fromEntries(changed) } };
}

function spellItem(item: unknown): unknown {
  if (!isRecord(item)) return item;
  const changed = ['protocol', 'notProtocol'].flatMap((key) => {
    const value = item[key];
    const protocol = typeof value === 'string' ? parseProtocol(value) : undefined;
    return protocol === undefined ? [] : [[key, protocol]];
  });
  return changed.length === 0 ? item : { ...item, ...Object.fromEntries(changed) };
}

// The items are only counted or looked into with care.
function listAt(record: Readonly<Record<string, unknown>>, key: string): readonly Rule[] {
  const value = record[key];
  return Array.isArray(value) ? value : [];
}
