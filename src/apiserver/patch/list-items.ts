import { isRecord } from '../../base/is-record.ts';
import type { SchemaNode } from '../openapi/schema-node.ts';

interface ItemKey {
  readonly name: string;
  /** Of the key in the schema of the items: what an item that leaves it out has. */
  readonly default: unknown;
}

type ListType =
  | { readonly kind: 'atomic' }
  | { readonly kind: 'set' }
  | { readonly kind: 'map'; readonly keys: readonly ItemKey[] };

const atomic: ListType = { kind: 'atomic' };
const known = new WeakMap<SchemaNode, ListType>();

/** How server-side apply takes a list: as a whole, as a set of values, or as items told apart by keys. */
export function listType(node: SchemaNode | undefined): ListType {
  if (node === undefined) return atomic;
  let found = known.get(node);
  if (found === undefined) {
    found = readListType(node);
    known.set(node, found);
  }
  return found;
}

function readListType(node: SchemaNode): ListType {
  const type = node.words['x-kubernetes-list-type'];
  if (type === 'set') return { kind: 'set' };
  const keys = node.words['x-kubernetes-list-map-keys'];
  if (type !== 'map' || !Array.isArray(keys)) return atomic;
  const items = node.items();
  return {
    kind: 'map',
    keys: keys
      .map(String)
      .sort()
      .map((name) => ({ name, default: items?.property(name)?.words.default })),
  };
}

/**
 * What makes an item of a list the same item, as a step of FieldsV1: `k:{"name":"a"}`, `v:"a"`; `undefined` for items
 * of lists that are taken as a whole, and for items without their keys.
 *
 * @see Kubernetes API reference "FieldsV1"
 */
export function itemStep(node: SchemaNode | undefined, item: unknown): string | undefined {
  const type = listType(node);
  if (type.kind === 'atomic') return undefined;
  if (type.kind === 'set') return typeof item === 'object' ? undefined : `v:${JSON.stringify(item)}`;
  if (!isRecord(item)) return undefined;
  const key: Record<string, unknown> = {};
  for (const { name, default: value } of type.keys) {
    const found = item[name] ?? value;
    if (found !== undefined) key[name] = found;
  }
  return Object.keys(key).length === 0 ? undefined : `k:${JSON.stringify(key)}`;
}

/** The steps of all items, when every one has a step of its own; otherwise the list can only be taken as a whole. */
export function itemSteps(node: SchemaNode | undefined, list: readonly unknown[]): readonly string[] | undefined {
  if (listType(node).kind === 'atomic') return undefined;
  const steps = list.map((item) => itemStep(node, item)).filter((step) => step !== undefined);
  return steps.length === list.length && new Set(steps).size === steps.length ? steps : undefined;
}

/** True for an object that server-side apply takes as a whole. */
export function isAtomicMap(node: SchemaNode | undefined): boolean {
  return node?.words['x-kubernetes-map-type'] === 'atomic';
}

/**
 * The list with the items that `order` names in that order; every other item stays behind the one it followed.
 *
 * @param identity equal for equal items, of the list and of `order` alike
 */
export function arrangeItems<T>(
  list: readonly T[],
  order: readonly unknown[],
  identity: (item: unknown) => unknown,
): T[] {
  const ranks = new Map(order.map((item, index) => [identity(item), index]));
  let last = -1;
  const ranked = list.map((item, index) => {
    last = ranks.get(identity(item)) ?? last;
    return { item, rank: last, index };
  });
  return ranked.sort((a, b) => a.rank - b.rank || a.index - b.index).map(({ item }) => item);
}
