import { isDeepStrictEqual } from 'node:util';
import { apiVersionOf } from '../api/meta.ts';
import { timestamp } from '../api/timestamp.ts';
import { isRecord } from '../base/is-record.ts';
import type { Context, Outcome } from './context.ts';
import type { Entry, EntryKey } from './entry.ts';
import {
  decodeFields,
  encodeFields,
  type FieldPath,
  fieldsOf,
  formatPath,
  pathKey,
  removeAtPath,
  valueAtPath,
} from './field-set.ts';
import { type JsonRecord, recordsAt, stringAt } from './json.ts';
import type { PatchOptions } from './patch.ts';
import type { Resource } from './resource.ts';
import { badRequest, StatusError } from './status-error.ts';
import { applyStrategicMerge, rootPlace } from './strategic-merge.ts';
import { asObject, createObject, replaceObject } from './write.ts';

/** Server-side apply: a patch and the name it is applied under. */
export interface ApplyOptions extends PatchOptions {
  readonly fieldManager: string;
}

/**
 * Server-side apply of an object that is not there: creates it, owned by the manager.
 *
 * Ownership is kept among appliers only: a plain update or patch changes values and takes over nothing, so the next
 * apply sets them back without a conflict.
 *
 * @throws StatusError as createObject
 */
export function applyToNew(
  context: Context,
  resource: Resource,
  key: EntryKey,
  config: JsonRecord,
  options: ApplyOptions,
): Outcome {
  const metadata = isRecord(config.metadata) ? config.metadata : {};
  if (metadata.name !== undefined && metadata.name !== key.name) {
    throw badRequest(
      `the name of the object (${String(metadata.name)}) does not match the name on the URL (${key.name})`,
    );
  }
  const fields = fieldsOf(mergeKind(resource), ownable(config));
  const managedFields = [managerEntry(context, resource, options, fields, undefined)];
  const object = { ...config, metadata: { ...metadata, name: key.name } };
  return createObject(context, resource, key.namespace, object, { ...options, managedFields });
}

/**
 * Server-side apply of an object that is there: sets what the configuration says, removes what this manager set before
 * and no longer says (unless another applier says it too).
 *
 * @throws StatusError 409 with one cause per field that another applier set differently, unless `force`; as updateObject
 */
export function applyToExisting(
  context: Context,
  resource: Resource,
  old: Entry,
  config: JsonRecord,
  options: ApplyOptions,
): Outcome {
  const kind = mergeKind(resource);
  const wanted = ownable(config);
  const fields = fieldsOf(kind, wanted);
  const entries = recordsAt(old.object, 'metadata', 'managedFields');
  const own = entries.find((entry) => isOwn(entry, options));
  const others = entries.filter((entry) => entry !== own);
  const taken = findConflicts(kind, old, wanted, fields, others);
  if (taken.length > 0 && !options.force) throw conflictError(resource, old, taken);
  const keptOthers = others.map((entry) => withoutFields(entry, taken)).filter((entry) => entry !== undefined);
  const next = applyStrategicMerge(kind, old.copy(), config);
  if (!isRecord(next)) throw badRequest('the applied configuration must be one object');
  const claimed = new Set([...fields, ...keptOthers.flatMap((entry) => decodeFields(entry.fieldsV1))].map(pathKey));
  for (const path of decodeFields(own?.fieldsV1)) {
    if (!claimed.has(pathKey(path))) removeAtPath(rootPlace(kind), next, path);
  }
  const managedFields = [...keptOthers, managerEntry(context, resource, options, fields, own)];
  return replaceObject(context, resource, old, asObject(resource, next), { ...options, managedFields });
}

function mergeKind(resource: Resource): string | undefined {
  return resource.custom ? undefined : resource.kind;
}

/** The configuration without what identifies the object: that belongs to nobody. */
function ownable(config: JsonRecord): JsonRecord {
  const { apiVersion: _apiVersion, kind: _kind, metadata, ...rest } = config;
  if (!isRecord(metadata)) return rest;
  const kept = ['labels', 'annotations', 'finalizers', 'ownerReferences'].filter(
    (field) => metadata[field] !== undefined,
  );
  if (kept.length === 0) return rest;
  return { metadata: Object.fromEntries(kept.map((field) => [field, metadata[field]])), ...rest };
}

function isOwn(entry: JsonRecord, options: ApplyOptions): boolean {
  const same = entry.manager === options.fieldManager && entry.operation === 'Apply';
  return same && (entry.subresource ?? undefined) === options.subresource;
}

interface Conflict {
  readonly manager: string;
  readonly path: FieldPath;
}

function findConflicts(
  kind: string | undefined,
  old: Entry,
  wanted: JsonRecord,
  fields: readonly FieldPath[],
  others: readonly JsonRecord[],
): Conflict[] {
  const place = rootPlace(kind);
  const changed = fields.filter(
    (path) =>
      path.at(-1) !== '.' && !isDeepStrictEqual(valueAtPath(place, wanted, path), valueAtPath(place, old.object, path)),
  );
  return others.flatMap((entry) => {
    const theirs = new Set(decodeFields(entry.fieldsV1).map(pathKey));
    const manager = stringAt(entry, 'manager') ?? '';
    return changed.filter((path) => theirs.has(pathKey(path))).map((path) => ({ manager, path }));
  });
}

function conflictError(resource: Resource, old: Entry, conflicts: readonly Conflict[]): StatusError {
  const list = conflicts.map(({ manager, path }) => `"${manager}": ${formatPath(path)}`).join(', ');
  const count = conflicts.length === 1 ? '1 conflict' : `${conflicts.length} conflicts`;
  return new StatusError(409, 'Conflict', `Apply failed with ${count}: conflict with ${list}`, {
    name: old.name,
    ...(resource.group !== '' && { group: resource.group }),
    kind: resource.plural,
    causes: conflicts.map(({ manager, path }) => ({
      reason: 'FieldManagerConflict',
      message: `conflict with "${manager}"`,
      field: formatPath(path),
    })),
  });
}

/** What is left to a manager when others took these fields by force; `undefined` when nothing is. */
function withoutFields(entry: JsonRecord, taken: readonly Conflict[]): JsonRecord | undefined {
  const lost = new Set(taken.filter(({ manager }) => manager === entry.manager).map(({ path }) => pathKey(path)));
  if (lost.size === 0) return entry;
  const kept = decodeFields(entry.fieldsV1).filter((path) => !lost.has(pathKey(path)));
  return kept.length === 0 ? undefined : { ...entry, fieldsV1: encodeFields(kept) };
}

/** The entry of `managedFields`; its time moves only when the fields do, so that applying twice changes nothing. */
function managerEntry(
  context: Context,
  resource: Resource,
  options: ApplyOptions,
  fields: readonly FieldPath[],
  before: JsonRecord | undefined,
): JsonRecord {
  const fieldsV1 = encodeFields(fields);
  const same = before !== undefined && isDeepStrictEqual(before.fieldsV1, fieldsV1);
  return {
    manager: options.fieldManager,
    operation: 'Apply',
    apiVersion: apiVersionOf(resource),
    time: same ? before.time : timestamp(context.now()),
    fieldsType: 'FieldsV1',
    fieldsV1,
    ...(options.subresource !== undefined && { subresource: options.subresource }),
  };
}
