import { builtInTiers } from '../../api/built-in-tiers.ts';
import type { Tier } from '../../api/calico-policy.ts';
import type { OraclePolicy } from './oracle-policy.ts';

/** A tier with its policies, in the order in which they are asked. */
export interface OracleTier {
  readonly name: string;
  readonly defaultAction: 'Deny' | 'Pass';
  readonly policies: readonly OraclePolicy[];
}

/**
 * Policies by tier: tiers by order (none = last), then name; after them, closing with Deny, those that do not exist.
 * Within a tier by order, then by `NAME/NAMESPACE/KIND`. The tiers that every cluster has need not be among `tiers`.
 */
export function sortIntoTiers(tiers: readonly Tier[], policies: readonly OraclePolicy[]): readonly OracleTier[] {
  const known = new Map([...builtInTiers, ...tiers].map(({ metadata, spec }) => [metadata.name, spec] as const));
  const names = [...new Set([...known.keys(), ...policies.map(({ tier }) => tier)])];
  const orderOf = (name: string) => known.get(name)?.order ?? Number.POSITIVE_INFINITY;
  return names
    .sort(
      (a, b) => Number(!known.has(a)) - Number(!known.has(b)) || compare(orderOf(a), orderOf(b)) || (a < b ? -1 : 1),
    )
    .map((name) => ({
      name,
      defaultAction: known.get(name)?.defaultAction ?? 'Deny',
      policies: policies.filter(({ tier }) => tier === name).sort(comparePolicies),
    }));
}

function comparePolicies(a: OraclePolicy, b: OraclePolicy): number {
  return compare(a.order, b.order) || compare(sortText(a), sortText(b));
}

function sortText({ id: { name, namespace = '', kind } }: OraclePolicy): string {
  return `${name}/${namespace}/${kind}`;
}

/** Infinity is equal to itself. */
function compare<T extends number | string>(a: T, b: T): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
