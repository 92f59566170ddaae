import { isDeepStrictEqual } from 'node:util';
import { isRecord } from '../../base/is-record.ts';
import type { JsonRecord } from '../json.ts';
import type { SchemaNode } from '../openapi/schema-node.ts';
import { type FieldTree, isEmptyTree, subtractTree } from './field-tree.ts';
import { isAtomicMap, itemSteps } from './list-items.ts';

type MutableTree = Record<string, FieldTree>;

const leaf: FieldTree = {};

/**
 * The fields that a value sets: its leaves, the items of lists that have keys, the keys of maps. Lists and objects that
 * are taken as a whole are one field.
 *
 * @param node the schema; without one lists are whole and objects are not, as Kubernetes has it
 */
export function fieldsOf(node: SchemaNode | undefined, value: JsonRecord): FieldTree {
  return fieldsBelow(node, value, false);
}

/** @param ofChange a map that comes or goes as a whole is a field besides its keys; one that is applied is none */
function fieldsBelow(node: SchemaNode | undefined, value: unknown, ofChange: boolean): FieldTree {
  if (isRecord(value)) {
    if (isAtomicMap(node)) return leaf;
    const tree = fieldsOfRecord(node, value, ofChange);
    return ofChange && isRecord(node?.words.additionalProperties) ? asField(tree) : tree;
  }
  if (!Array.isArray(value) || value.length === 0) return leaf;
  const steps = itemSteps(node, value);
  if (steps === undefined) return leaf;
  const items = node?.items();
  const tree: MutableTree = {};
  for (const [index, step] of steps.entries()) tree[step] = asField(fieldsBelow(items, value[index], ofChange));
  return tree;
}

function fieldsOfRecord(node: SchemaNode | undefined, value: JsonRecord, ofChange: boolean): FieldTree {
  const tree: MutableTree = {};
  for (const field in value) {
    if (value[field] === undefined) continue;
    const below = fieldsBelow(node?.property(field), value[field], ofChange);
    tree[`f:${field}`] = isMapKey(node, field) ? asField(below) : below;
  }
  return tree;
}

/** A key of a map is a field besides what is below it; a declared field of an object is not. */
function isMapKey(node: SchemaNode | undefined, field: string): boolean {
  if (node?.words.additionalProperties === undefined) return false;
  return !isRecord(node.words.properties) || !Object.hasOwn(node.words.properties, field);
}

function asField(tree: FieldTree): FieldTree {
  return isEmptyTree(tree) ? tree : { '.': leaf, ...tree };
}

/** What one state of an object has over another. */
export interface FieldChanges {
  /** Fields with another value, and those that were not there. */
  readonly changed: FieldTree;
  /** Fields that are gone. */
  readonly removed: FieldTree;
}

/** Compares two states of an object, field by field. */
export function compareFields(node: SchemaNode | undefined, before: JsonRecord, after: JsonRecord): FieldChanges {
  const found = compareRecords(node, before, after);
  return { changed: found.changed ?? leaf, removed: found.removed ?? leaf };
}

interface Found {
  readonly changed: FieldTree | undefined;
  readonly removed: FieldTree | undefined;
}

const same: Found = { changed: undefined, removed: undefined };

function compareValues(node: SchemaNode | undefined, before: unknown, after: unknown): Found {
  if (before === after) return same;
  if (isRecord(before) && isRecord(after) && !isAtomicMap(node)) return compareRecords(node, before, after);
  if (Array.isArray(before) && Array.isArray(after)) {
    const [old, now] = [itemSteps(node, before), itemSteps(node, after)];
    if (old !== undefined && now !== undefined) return compareItems(node, toMap(old, before), toMap(now, after));
  }
  if (isDeepStrictEqual(before, after)) return same;
  const changed = fieldsBelow(node, after, true);
  return { changed, removed: subtractTree(fieldsBelow(node, before, true), changed) };
}

function toMap(steps: readonly string[], list: readonly unknown[]): ReadonlyMap<string, unknown> {
  return new Map(steps.map((step, index) => [step, list[index]]));
}

function compareRecords(node: SchemaNode | undefined, before: JsonRecord, after: JsonRecord): Found {
  const changed: MutableTree = {};
  const removed: MutableTree = {};
  for (const field in after) {
    if (after[field] === undefined) continue;
    const below = node?.property(field);
    const step = `f:${field}`;
    if (before[field] === undefined) changed[step] = fieldsBelow(below, after[field], true);
    else note(step, compareValues(below, before[field], after[field]), changed, removed);
  }
  for (const field in before) {
    if (before[field] === undefined || after[field] !== undefined) continue;
    removed[`f:${field}`] = fieldsBelow(node?.property(field), before[field], true);
  }
  return partsOf(changed, removed);
}

function compareItems(
  node: SchemaNode | undefined,
  before: ReadonlyMap<string, unknown>,
  after: ReadonlyMap<string, unknown>,
): Found {
  const changed: MutableTree = {};
  const removed: MutableTree = {};
  const items = node?.items();
  for (const [step, item] of after) {
    if (before.has(step)) note(step, compareValues(items, before.get(step), item), changed, removed);
    else changed[step] = asField(fieldsBelow(items, item, true));
  }
  for (const [step, item] of before) {
    if (!after.has(step)) removed[step] = asField(fieldsBelow(items, item, true));
  }
  return partsOf(changed, removed);
}

function note(step: string, found: Found, changed: MutableTree, removed: MutableTree): void {
  if (found.changed !== undefined) changed[step] = found.changed;
  if (found.removed !== undefined && !isEmptyTree(found.removed)) removed[step] = found.removed;
}

function partsOf(changed: MutableTree, removed: MutableTree): Found {
  return {
    changed: isEmptyTree(changed) ? undefined : changed,
    removed: isEmptyTree(removed) ? undefined : removed,
  };
}
