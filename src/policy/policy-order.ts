import { compareTexts } from '../base/compare-texts.ts';
import type { NormalPolicy, NormalTier } from './normal-policy.ts';

/**
 * Order of policies: by tier (its order, then its name; tiers that do not exist come last), then by their own order, then
 * by the text "name/namespace/kind", which no two of them share.
 */
export function comparePolicies(a: NormalPolicy, b: NormalPolicy, tiers: ReadonlyMap<string, NormalTier>): number {
  if (a.tier !== b.tier) return compareTiers(a.tier, b.tier, tiers);
  if (a.order !== b.order) return a.order < b.order ? -1 : 1;
  return compareTexts(lastWord(a), lastWord(b));
}

function compareTiers(a: string, b: string, tiers: ReadonlyMap<string, NormalTier>): number {
  const [left, right] = [tiers.get(a), tiers.get(b)];
  if (left === undefined || right === undefined) {
    return left === right ? compareTexts(a, b) : left === undefined ? 1 : -1;
  }
  if (left.order !== right.order) return left.order < right.order ? -1 : 1;
  return compareTexts(a, b);
}

function lastWord({ id }: NormalPolicy): string {
  return `${id.name}/${id.namespace ?? ''}/${id.kind}`;
}
