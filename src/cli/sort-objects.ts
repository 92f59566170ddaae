import type { KubernetesObject } from '../api/meta.ts';
import { compileJsonPath } from '../base/json-path.ts';

/** Objects in the order of what a path of `--sort-by` finds in them; what it does not find comes first. */
export function sortObjects<T extends KubernetesObject>(objects: readonly T[], path: string | undefined): readonly T[] {
  return path === undefined ? objects : sortBy(objects, path, (object) => object);
}

/** Rows of a table in the order of their objects. */
export function sortRows<T extends { readonly object?: KubernetesObject }>(
  rows: readonly T[],
  path: string | undefined,
): readonly T[] {
  return path === undefined ? rows : sortBy(rows, path, ({ object }) => object);
}

function sortBy<T>(items: readonly T[], path: string, objectOf: (item: T) => unknown): readonly T[] {
  const find = compileJsonPath(path);
  const keyed = items.map((item) => ({ item, key: find(objectOf(item))[0] }));
  return keyed.sort((a, b) => compare(a.key, b.key)).map(({ item }) => item);
}

function compare(a: unknown, b: unknown): number {
  if (a === b) return 0;
  if (a === undefined || a === null) return -1;
  if (b === undefined || b === null) return 1;
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  return String(a).localeCompare(String(b), 'en', { numeric: true });
}
