import { isRecord } from '../../base/is-record.ts';
import { type JsonRecord, valueAt } from '../json.ts';
import type { SchemaNode } from '../openapi/schema-node.ts';
import { badRequest } from '../status-error.ts';
import { arrangeItems, listType } from './list-items.ts';

/**
 * Applies a strategic merge patch: like a merge patch, but lists that the schema gives a merge key are merged by it, and
 * lists of plain values that it calls merged are united. Directives: `$patch: replace|delete|merge`, `$retainKeys`,
 * `$deleteFromPrimitiveList/FIELD` and `$setElementOrder/FIELD`.
 *
 * @param node the schema of the kind, with `x-kubernetes-patch-strategy` and `x-kubernetes-patch-merge-key`
 * @returns the new object; neither argument is changed
 * @throws StatusError 400 for an unknown directive and for a list item without its merge key
 * @see Kubernetes documentation "Update API Objects in Place Using kubectl patch"
 */
export function applyStrategicMerge(node: SchemaNode | undefined, target: unknown, patch: unknown): unknown {
  return mergeValue(node, target, patch, '');
}

function mergeValue(node: SchemaNode | undefined, target: unknown, patch: unknown, path: string): unknown {
  if (Array.isArray(patch)) return mergeList(node, Array.isArray(target) ? target : [], patch, path);
  if (!isRecord(patch)) return patch;
  return mergeRecord(node, isRecord(target) ? target : {}, patch, path);
}

function mergeRecord(node: SchemaNode | undefined, target: JsonRecord, patch: JsonRecord, path: string): JsonRecord {
  const directive = readDirective(patch, path);
  if (directive === 'replace') return withoutDirectives(patch);
  if (directive === 'delete') return {};
  const result = retainKeys(target, patch, path);
  for (const [field, value] of Object.entries(patch)) {
    if (field === '$patch' || field === '$retainKeys' || field.startsWith(orderPrefix)) continue;
    const at = path === '' ? field : `${path}.${field}`;
    if (field.startsWith(removalPrefix)) removeValues(result, field.slice(removalPrefix.length), value, at);
    else if (value === null) delete result[field];
    else result[field] = mergeValue(node?.property(field), result[field], value, at);
  }
  for (const [field, order] of Object.entries(patch)) {
    if (field.startsWith(orderPrefix)) orderList(node, result, field.slice(orderPrefix.length), order, path);
  }
  return result;
}

const orderPrefix = '$setElementOrder/';
const removalPrefix = '$deleteFromPrimitiveList/';

function readDirective(patch: JsonRecord, path: string): 'replace' | 'delete' | 'merge' | undefined {
  const { $patch: directive } = patch;
  if (directive === undefined || directive === 'replace' || directive === 'delete' || directive === 'merge')
    return directive;
  throw refused(path, `$patch is ${JSON.stringify(directive)}, "replace", "delete" or "merge" is needed`);
}

function refused(path: string, why: string) {
  return badRequest(`the strategic merge patch cannot be applied${path === '' ? '' : ` at ${path}`}: ${why}`);
}

function withoutDirectives(patch: JsonRecord): JsonRecord {
  return Object.fromEntries(Object.entries(patch).filter(([field]) => !field.startsWith('$')));
}

/** A copy of the target; with `$retainKeys` only of the fields named there. */
function retainKeys(target: JsonRecord, patch: JsonRecord, path: string): JsonRecord {
  const { $retainKeys: retained } = patch;
  if (retained === undefined) return { ...target };
  if (!Array.isArray(retained)) throw refused(path, '$retainKeys must be a list of fields');
  const stray = Object.keys(patch).find((field) => !field.startsWith('$') && !retained.includes(field));
  if (stray !== undefined) throw refused(path, `$retainKeys does not name the field "${stray}" that the patch sets`);
  return Object.fromEntries(Object.entries(target).filter(([field]) => retained.includes(field)));
}

function removeValues(result: JsonRecord, field: string, values: unknown, path: string): void {
  if (!Array.isArray(values)) throw refused(path, 'a list of values to remove is needed');
  const list = result[field];
  const gone = new Set<unknown>(values);
  if (Array.isArray(list)) result[field] = list.filter((item) => !gone.has(item));
}

/** How the items of a list are told apart. `others` are keys that count where a patch names them. */
interface Merge {
  readonly key: string | undefined;
  readonly others: readonly { readonly name: string; readonly default: unknown }[];
}

function mergeOf(node: SchemaNode | undefined): Merge | undefined {
  const strategy = String(node?.words['x-kubernetes-patch-strategy'] ?? '').split(',');
  if (node === undefined || !strategy.includes('merge')) return undefined;
  const key = node.words['x-kubernetes-patch-merge-key'];
  if (typeof key !== 'string') return { key: undefined, others: [] };
  const type = listType(node);
  return { key, others: type.kind === 'map' ? type.keys.filter(({ name }) => name !== key) : [] };
}

function mergeList(
  node: SchemaNode | undefined,
  target: readonly unknown[],
  patch: readonly unknown[],
  path: string,
): unknown[] {
  const directives = patch.map((item) => (isRecord(item) ? readDirective(item, path) : undefined));
  const items = patch.filter((_item, index) => directives[index] !== 'replace');
  const merge = mergeOf(node);
  if (merge === undefined) return items.filter((item) => !(isRecord(item) && item.$patch === 'delete'));
  if (directives.includes('replace')) return items;
  if (merge.key !== undefined) return mergeItems(node, merge, merge.key, target, patch, path);
  const known = new Set(target.map((item) => JSON.stringify(item)));
  return [...target, ...patch.filter((item) => !known.has(JSON.stringify(item)))];
}

/** Items are found by the value of the merge key: lists may be long, and so may patches. */
function mergeItems(
  node: SchemaNode | undefined,
  merge: Merge,
  key: string,
  target: readonly unknown[],
  patch: readonly unknown[],
  path: string,
): unknown[] {
  const list = [...target];
  const removed = new Set<number>();
  const places = Map.groupBy(list.keys(), (index) => valueAt(list[index], key));
  for (const item of patch) {
    if (!isRecord(item)) throw refused(path, 'the items must be objects');
    const value = item[key];
    if (value === undefined) throw refused(path, `an item does not contain the merge key "${key}"`);
    const alike = places.get(value) ?? [];
    const same = alike.filter((index) => !removed.has(index) && isSameItem(merge, list[index], item));
    const [first] = same;
    if (item.$patch === 'delete') for (const index of same) removed.add(index);
    else if (first !== undefined) list[first] = mergeValue(node?.items(), list[first], item, path);
    else {
      places.set(value, [...alike, list.length]);
      list.push(mergeValue(node?.items(), {}, item, path));
    }
  }
  return list.filter((_item, index) => !removed.has(index));
}

/** Two ports of one number and different protocols are two ports, whatever the merge key alone says. */
function isSameItem(merge: Merge, other: unknown, item: JsonRecord): boolean {
  const value = (name: string) => valueAt(other, name);
  return merge.others.every(
    (one) => item[one.name] === undefined || (value(one.name) ?? one.default) === item[one.name],
  );
}

function orderList(
  node: SchemaNode | undefined,
  result: JsonRecord,
  field: string,
  order: unknown,
  path: string,
): void {
  if (!Array.isArray(order)) throw refused(path, `${orderPrefix}${field} must be a list`);
  const list = result[field];
  if (!Array.isArray(list)) return;
  const key = mergeOf(node?.property(field))?.key;
  result[field] = arrangeItems(list, order, (item) => (key !== undefined && isRecord(item) ? item[key] : item));
}
