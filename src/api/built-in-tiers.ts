import type { Tier } from './calico-policy.ts';
import { tiers } from './kinds.ts';
import { withType } from './meta.ts';

/** The tier of policies that name none. */
export const defaultTierName = 'default';

/**
 * The tiers every cluster has, first to last: for administrators, for everybody, and for what holds when nobody else
 * decided. They cannot be changed or deleted.
 */
export const builtInTiers: readonly Tier[] = [
  tier('kube-admin', 1_000, 'Pass'),
  tier(defaultTierName, 1_000_000, 'Deny'),
  tier('kube-baseline', 10_000_000, 'Pass'),
];

function tier(name: string, order: number, defaultAction: 'Deny' | 'Pass'): Tier {
  return withType(tiers, { metadata: { name }, spec: { order, defaultAction } });
}
