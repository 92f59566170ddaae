import { type Cidr, cidrContains, compareCidrs } from './cidr.ts';

/**
 * The same addresses as networks that do not overlap, sorted: an nftables interval set refuses overlapping elements.
 * Networks are nested or apart, never crossed, so dropping the inner ones is enough.
 */
export function disjointCidrs(cidrs: readonly Cidr[]): readonly Cidr[] {
  const kept: Cidr[] = [];
  for (const cidr of cidrs.toSorted(compareCidrs)) {
    const last = kept.at(-1);
    if (last === undefined || !cidrContains(last, cidr)) kept.push(cidr);
  }
  return kept;
}
