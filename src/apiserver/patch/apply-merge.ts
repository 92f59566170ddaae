import { isRecord } from '../../base/is-record.ts';
import type { JsonRecord } from '../json.ts';
import type { SchemaNode } from '../openapi/schema-node.ts';
import { badRequest } from '../status-error.ts';
import { type FieldTree, isEmptyTree } from './field-tree.ts';
import { arrangeItems, isAtomicMap, itemStep, itemSteps, listType } from './list-items.ts';

/**
 * An object with an applied configuration laid over it: objects and lists with keys merge, everything else is replaced.
 * Neither argument is changed.
 *
 * @throws StatusError 400 for a list with keys in which two items are the same or one has no key
 */
export function mergeApplied(node: SchemaNode | undefined, live: unknown, config: unknown, path = ''): unknown {
  if (isRecord(config)) {
    const base = isRecord(live) && !isAtomicMap(node) ? live : {};
    const result: JsonRecord = { ...base };
    for (const [field, value] of Object.entries(config)) {
      result[field] = mergeApplied(node?.property(field), base[field], value, `${path}.${field}`);
    }
    return result;
  }
  if (!Array.isArray(config)) return config;
  const type = listType(node);
  if (type.kind === 'atomic') return config;
  checkItems(node, config, path);
  const list: readonly unknown[] = Array.isArray(live) ? live : [];
  // A list that was stored with equal items cannot be merged into: the configuration says how it shall be.
  if (itemSteps(node, list) === undefined) return config;
  const identity = (item: unknown) => itemStep(node, item);
  const applied = new Map(config.map((item) => [identity(item), item]));
  const merged = list.map((item) => {
    const step = identity(item);
    const wanted = applied.get(step);
    applied.delete(step);
    return wanted === undefined ? item : mergeApplied(node?.items(), item, wanted, path);
  });
  const added = [...applied.values()].map((item) => mergeApplied(node?.items(), undefined, item, path));
  return arrangeItems([...merged, ...added], config, identity);
}

function checkItems(node: SchemaNode | undefined, config: readonly unknown[], path: string): void {
  const seen = new Set<string>();
  for (const [index, item] of config.entries()) {
    const step = itemStep(node, item);
    if (step === undefined) {
      throw untyped(`${path}: element ${index}: associative list with keys has an element that omits its key fields`);
    }
    if (seen.has(step)) throw untyped(`${path}: duplicate entries for key ${step.slice(2)}`);
    seen.add(step);
  }
}

function untyped(why: string) {
  return badRequest(`failed to create typed patch object: ${why}`);
}

/**
 * Removes fields from an object, except where somebody keeps them or something below them; objects that become empty
 * by it go, too. Changes `value`.
 */
export function removeFields(node: SchemaNode | undefined, value: unknown, gone: FieldTree, kept: FieldTree): void {
  for (const [step, below] of Object.entries(gone)) {
    if (step === '.') continue;
    const keeps = kept[step];
    if (step.startsWith('f:')) removeField(node, value, step.slice(2), below, keeps);
    else if (Array.isArray(value)) removeItem(node, value, step, below, keeps);
  }
}

function removeField(
  node: SchemaNode | undefined,
  value: unknown,
  field: string,
  gone: FieldTree,
  kept: FieldTree | undefined,
): void {
  if (!isRecord(value) || !Object.hasOwn(value, field)) return;
  if (kept === undefined && isOwnField(gone)) {
    delete value[field];
    return;
  }
  removeFields(node?.property(field), value[field], gone, kept ?? {});
  if (kept === undefined && isEmptyValue(value[field])) delete value[field];
}

function removeItem(
  node: SchemaNode | undefined,
  list: unknown[],
  step: string,
  gone: FieldTree,
  kept: FieldTree | undefined,
): void {
  const index = list.findIndex((item) => itemStep(node, item) === step);
  if (index < 0) return;
  if (kept === undefined && isOwnField(gone)) list.splice(index, 1);
  else removeFields(node?.items(), list[index], gone, kept ?? {});
}

function isOwnField(tree: FieldTree): boolean {
  return tree['.'] !== undefined || isEmptyTree(tree);
}

function isEmptyValue(value: unknown): boolean {
  return (isRecord(value) && Object.keys(value).length === 0) || (Array.isArray(value) && value.length === 0);
}
