import { compareTexts } from '../../base/compare-texts.ts';
import { isRecord } from '../../base/is-record.ts';
import type { ApiObject, JsonRecord } from '../json.ts';
import type { SchemaNode } from '../openapi/schema-node.ts';
import { compareFields } from './field-set.ts';
import { type FieldTree, isEmptyTree, readFieldTree, subtractTree, uniteTrees } from './field-tree.ts';

/** Who writes: one entry of `managedFields` each. */
export interface FieldManager {
  readonly manager: string;
  readonly operation: 'Apply' | 'Update';
  readonly apiVersion: string;
  readonly subresource?: string | undefined;
}

/** One entry of `managedFields`. */
export interface ManagedEntry extends FieldManager {
  readonly time: string | undefined;
  readonly fields: FieldTree;
}

/** More writers that only updated share one entry, so that the list does not grow without end. */
const maxUpdaters = 10;
const sharedName = 'ancient-changes';

/** Reads `metadata.managedFields`; `undefined` when it is absent or not in order. */
export function decodeManagedFields(value: unknown): readonly ManagedEntry[] | undefined {
  if (!Array.isArray(value)) return undefined;
  const entries = value.map(decodeEntry).filter((entry) => entry !== undefined);
  return entries.length === value.length ? entries : undefined;
}

function decodeEntry(value: unknown): ManagedEntry | undefined {
  if (!isRecord(value)) return undefined;
  const { manager, operation, apiVersion, time, subresource } = value;
  const fields = readFieldTree(value.fieldsV1 ?? {});
  if (typeof manager !== 'string' || typeof apiVersion !== 'string' || fields === undefined) return undefined;
  if (operation !== 'Apply' && operation !== 'Update') return undefined;
  return {
    manager,
    operation,
    apiVersion,
    time: typeof time === 'string' ? time : undefined,
    fields,
    ...(typeof subresource === 'string' && subresource !== '' && { subresource }),
  };
}

/** `managedFields` as it is stored: appliers first, then by time and name. `undefined` when nobody owns anything. */
export function encodeManagedFields(entries: readonly ManagedEntry[]): JsonRecord[] | undefined {
  if (entries.length === 0) return undefined;
  const sorted = entries.toSorted(
    (a, b) =>
      a.operation.localeCompare(b.operation) ||
      compareTexts(a.time ?? '', b.time ?? '') ||
      compareTexts(a.manager, b.manager),
  );
  return sorted.map(({ manager, operation, apiVersion, time, fields, subresource }) => ({
    manager,
    operation,
    apiVersion,
    ...(time !== undefined && { time }),
    fieldsType: 'FieldsV1',
    fieldsV1: fields,
    ...(subresource !== undefined && { subresource }),
  }));
}

/** True for `[{}]`: how a client asks that all entries be forgotten. */
export function asksForReset(managedFields: unknown): boolean {
  return (
    Array.isArray(managedFields) &&
    managedFields.length === 1 &&
    isRecord(managedFields[0]) &&
    Object.keys(managedFields[0]).length === 0
  );
}

/** The same writer, whenever. An applier is the same in every version of the API. */
export function isSameManager(a: FieldManager, b: FieldManager): boolean {
  const sameVersion = a.operation === 'Apply' || a.apiVersion === b.apiVersion;
  return a.manager === b.manager && a.operation === b.operation && a.subresource === b.subresource && sameVersion;
}

/** The entries without those fields; entries that lose all are left out. */
export function takeAway(entries: readonly ManagedEntry[], fields: FieldTree): readonly ManagedEntry[] {
  if (isEmptyTree(fields)) return entries;
  return entries
    .map((entry) => ({ ...entry, fields: subtractTree(entry.fields, fields) }))
    .filter((entry) => !isEmptyTree(entry.fields));
}

/**
 * The entries after a write that is no apply: what it changed is the writer's and nobody else's, what it removed is
 * nobody's.
 *
 * @param before `undefined` for a new object
 * @param time now, as in `metadata.creationTimestamp`
 */
export function recordUpdate(
  node: SchemaNode | undefined,
  entries: readonly ManagedEntry[],
  before: Readonly<ApiObject> | undefined,
  after: Readonly<ApiObject>,
  writer: FieldManager,
  time: string,
): readonly ManagedEntry[] {
  const { changed, removed } = compareFields(node, before === undefined ? {} : ownable(before), ownable(after));
  if (isEmptyTree(changed) && isEmptyTree(removed)) return entries;
  const own = entries.find((entry) => isSameManager(entry, writer));
  const others = entries.filter((entry) => entry !== own);
  const left = takeAway(others, uniteTrees(changed, removed));
  const fields = uniteTrees(subtractTree(own?.fields ?? {}, removed), changed);
  if (isEmptyTree(fields)) return left;
  return shareOldUpdates([...left, { ...writer, time: isEmptyTree(changed) ? own?.time : time, fields }]);
}

function shareOldUpdates(entries: readonly ManagedEntry[]): readonly ManagedEntry[] {
  const updates = entries.filter((entry) => entry.operation === 'Update');
  if (updates.length <= maxUpdaters) return entries;
  const oldestFirst = updates.toSorted((a, b) => compareTexts(a.time ?? '', b.time ?? ''));
  const shared = oldestFirst.slice(0, updates.length - maxUpdaters + 1);
  const byVersion = Map.groupBy(shared, (entry) => entry.apiVersion);
  const merged = [...byVersion].map(
    ([apiVersion, group]): ManagedEntry => ({
      manager: sharedName,
      operation: 'Update',
      apiVersion,
      time: group.at(-1)?.time,
      fields: group.reduce<FieldTree>((fields, entry) => uniteTrees(fields, entry.fields), {}),
    }),
  );
  return [...entries.filter((entry) => !shared.includes(entry)), ...merged];
}

/** Fields of metadata that belong to whoever sets them; all others are the server's. */
const ownedMetadata = ['generateName', 'labels', 'annotations', 'finalizers', 'ownerReferences'];

/** An object without what identifies it and what only the server sets: that belongs to nobody. */
export function ownable(object: Readonly<JsonRecord>): JsonRecord {
  const { apiVersion: _apiVersion, kind: _kind, metadata, ...rest } = object;
  if (!isRecord(metadata)) return rest;
  const kept: JsonRecord = {};
  for (const field of ownedMetadata) {
    if (metadata[field] !== undefined) kept[field] = metadata[field];
  }
  return Object.keys(kept).length === 0 ? rest : { metadata: kept, ...rest };
}
