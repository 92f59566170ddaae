import type { PortMatch } from './policy-state.ts';

/** Port ranges sorted, without overlaps; neighbours as one. */
export function mergeRanges(ranges: PortMatch['ranges']): PortMatch['ranges'] {
  const merged: { readonly first: number; last: number }[] = [];
  for (const { first, last } of ranges.toSorted((a, b) => a.first - b.first)) {
    const before = merged.at(-1);
    if (before !== undefined && first <= before.last + 1) before.last = Math.max(before.last, last);
    else merged.push({ first, last });
  }
  return merged;
}
