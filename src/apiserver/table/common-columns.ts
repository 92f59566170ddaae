import type { ObjectMeta } from 'kubernetes-types/meta/v1.d.ts';
import { formatAge } from './age.ts';
import { column } from './column.ts';

interface HasMetadata {
  readonly metadata?: ObjectMeta;
}

/** What stands for an empty list or an absent value. */
export const none = '<none>';

/** The column that identifies the object. */
export const nameColumn = column<HasMetadata>('Name', ({ metadata }) => metadata?.name);

/** Since when there is the object. */
export const ageColumn = column<HasMetadata>('Age', ({ metadata }, nowMs) =>
  formatAge(metadata?.creationTimestamp, nowMs),
);

/** When the object was made, for kinds that are shown with the time itself. */
export const createdAtColumn = column<HasMetadata>('Created At', ({ metadata }) => metadata?.creationTimestamp);

/** `a,b,c`, `a,b,c + 2 more...` beyond `limit`, or `empty` for nothing. */
export function joinSome(
  items: readonly string[] | undefined,
  limit = Number.POSITIVE_INFINITY,
  empty: string = none,
): string {
  if (items === undefined || items.length === 0) return empty;
  const more = items.length > limit ? ` + ${items.length - limit} more...` : '';
  return items.slice(0, limit).join(',') + more;
}

/** `a=1,b=2`, `<none>` for no entries. */
export function joinPairs(pairs: Readonly<Record<string, string>> | undefined): string {
  return joinSome(Object.entries(pairs ?? {}).map(([key, value]) => `${key}=${value}`));
}

/** How many entries a map has. */
export function countKeys(...maps: readonly (object | undefined)[]): number {
  return maps.reduce((sum, map) => sum + Object.keys(map ?? {}).length, 0);
}
