/** What two lists differ in: both without what stands alike before and behind it. Seen without a table of keys. */
export function apart<T>(
  before: readonly T[],
  after: readonly T[],
  same: (a: T, b: T) => boolean,
): { readonly before: readonly T[]; readonly after: readonly T[] } {
  const alike = (i: number, j: number) => {
    const [a, b] = [before[i], after[j]];
    return a === b || (a !== undefined && b !== undefined && same(a, b));
  };
  const shorter = Math.min(before.length, after.length);
  let first = 0;
  while (first < shorter && alike(first, first)) first++;
  let last = 0;
  while (last < shorter - first && alike(before.length - 1 - last, after.length - 1 - last)) last++;
  return { before: before.slice(first, before.length - last), after: after.slice(first, after.length - last) };
}
