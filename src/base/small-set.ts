/**
 * A set that is small most of the time, of which there are many: a Set of one costs four times the memory of an array.
 * Never changed in place while it is an array, so it can be read while another version is made.
 */
export type SmallSet<T> = readonly T[] | Set<T>;

const largestArray = 8;

/** The set with the item, to be used instead of the one given. */
export function withItem<T>(set: SmallSet<T> | undefined, item: T): SmallSet<T> {
  if (set === undefined) return [item];
  if (set instanceof Set) return set.add(item);
  if (set.includes(item)) return set;
  return set.length < largestArray ? [...set, item] : new Set([...set, item]);
}

/** The set without the item, to be used instead of the one given; `undefined` when nothing is left. */
export function withoutItem<T>(set: SmallSet<T> | undefined, item: T): SmallSet<T> | undefined {
  if (set instanceof Set) {
    set.delete(item);
    return set.size === 0 ? undefined : set;
  }
  const rest = set?.filter((one) => one !== item) ?? [];
  return rest.length === 0 ? undefined : rest;
}

/** How many items it has. */
export function sizeOf<T>(set: SmallSet<T> | undefined): number {
  return set instanceof Set ? set.size : (set?.length ?? 0);
}
