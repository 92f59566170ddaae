import { isDeepStrictEqual } from 'node:util';
import { apiVersionOf } from '../../api/meta.ts';
import { timestamp } from '../../api/timestamp.ts';
import { isRecord } from '../../base/is-record.ts';
import type { Context, Outcome } from '../context.ts';
import { arrayAt, type JsonRecord, recordAt, stringAt } from '../json.ts';
import { type SchemaNode, schemaOf } from '../openapi/schema-node.ts';
import type { Resource } from '../resource.ts';
import { badRequest, type Cause, StatusError } from '../status-error.ts';
import type { Entry, EntryKey } from '../storage/entry.ts';
import { asObject, createObject, replaceObject } from '../write.ts';
import { mergeApplied, removeFields } from './apply-merge.ts';
import { compareFields, fieldsOf } from './field-set.ts';
import {
  type FieldTree,
  formatPath,
  intersectTrees,
  isEmptyTree,
  pathsOf,
  subtractTree,
  uniteTrees,
} from './field-tree.ts';
import {
  decodeManagedFields,
  encodeManagedFields,
  type FieldManager,
  isSameManager,
  type ManagedEntry,
  ownable,
  takeAway,
} from './managed-fields.ts';
import type { PatchOptions } from './patch.ts';

/** Server-side apply: a patch and the name it is applied under. */
export interface ApplyOptions extends PatchOptions {
  readonly fieldManager: string;
}

/** Owner of what an object had before anybody's ownership was recorded. */
const beforeFirstApply = 'before-first-apply';
/** Where `kubectl apply` keeps what it applied from the client's side. */
const lastApplied = 'kubectl.kubernetes.io/last-applied-configuration';

/**
 * Server-side apply of an object that is not there: creates it, owned by the manager.
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
  checkConfig(resource, config);
  const metadata = isRecord(config.metadata) ? config.metadata : {};
  if (metadata.name !== undefined && metadata.name !== key.name) {
    throw badRequest(
      `the name of the object (${String(metadata.name)}) does not match the name on the URL (${key.name})`,
    );
  }
  const node = schemaOf(resource);
  const applied = mergeApplied(
    node,
    {},
    { ...withoutNulls(config), metadata: { ...withoutNulls(metadata), name: key.name } },
  );
  const fields = fieldsOf(node, wantedPart(resource, config, options));
  const entry = { ...applierOf(resource, options), fields, time: timestamp(context.now()) };
  const managedFields = isEmptyTree(fields) ? undefined : encodeManagedFields([entry]);
  return createObject(context, resource, key.namespace, isRecord(applied) ? applied : {}, {
    ...options,
    managedFields,
  });
}

/**
 * Server-side apply of an object that is there: sets what the configuration says, removes what this manager set before
 * and no longer says, unless somebody else owns it, too.
 *
 * @throws StatusError 409 with one cause per field that another manager set differently, unless `force`; as updateObject
 * @see Kubernetes documentation "Server-Side Apply"
 */
export function applyToExisting(
  context: Context,
  resource: Resource,
  old: Entry,
  config: JsonRecord,
  options: ApplyOptions,
): Outcome {
  checkConfig(resource, config);
  const node = schemaOf(resource);
  const applier = applierOf(resource, options);
  const entries = knownOwners(context, resource, node, old);
  const own = entries.find((entry) => isSameManager(entry, applier));
  const others = entries.filter((entry) => entry !== own);
  const wanted = wantedPart(resource, config, options);
  const fields = fieldsOf(node, wanted);
  const next = mergeApplied(node, old.copy(), { ...wanted, metadata: appliedMetadata(config, wanted) });
  if (!isRecord(next)) throw badRequest('the applied configuration must be one object');
  const { changed } = compareFields(node, ownable(old.object), ownable(next));
  const conflicts = conflictsOf(others, subtractTree(changed, appliedByClient(node, old, options)));
  if (conflicts.length > 0 && !options.force) throw conflictError(resource, old, conflicts);
  const rest = takeAway(others, changed);
  const kept = rest.reduce<FieldTree>((all, entry) => uniteTrees(all, entry.fields), fields);
  removeFields(node, next, subtractTree(own?.fields ?? {}, kept), kept);
  const time = own !== undefined && isDeepStrictEqual(own.fields, fields) ? own.time : timestamp(context.now());
  const managed = isEmptyTree(fields) ? rest : [...rest, { ...applier, fields, time }];
  const managedFields = encodeManagedFields(managed) ?? [];
  keepLastApplied(next, old, config, options);
  return replaceObject(context, resource, old, asObject(resource, next), { ...options, managedFields });
}

/** @throws StatusError 400 when it is of another kind or carries `managedFields` */
function checkConfig(resource: Resource, config: JsonRecord): void {
  asObject(resource, config);
  if (arrayAt(config, 'metadata', 'managedFields').length > 0) throw badRequest('metadata.managedFields must be nil');
}

function applierOf(resource: Resource, options: ApplyOptions): FieldManager {
  const { fieldManager: manager, subresource } = options;
  return { manager, operation: 'Apply', apiVersion: apiVersionOf(resource), ...(subresource && { subresource }) };
}

/** The entries there are. An object without any was made before: what it has belongs to somebody without a name. */
function knownOwners(
  context: Context,
  resource: Resource,
  node: SchemaNode | undefined,
  old: Entry,
): readonly ManagedEntry[] {
  const entries = decodeManagedFields(old.object.metadata.managedFields) ?? [];
  if (entries.length > 0) return entries;
  const fields = fieldsOf(node, ownable(old.object));
  if (isEmptyTree(fields)) return [];
  const time = timestamp(context.now());
  return [{ manager: beforeFirstApply, operation: 'Update', apiVersion: apiVersionOf(resource), time, fields }];
}

/** What of a configuration is applied here: the status only at `/status`, everything else only elsewhere. */
function wantedPart(resource: Resource, config: JsonRecord, options: ApplyOptions): JsonRecord {
  const { status, ...rest } = ownable(withoutNulls(config));
  if (options.subresource !== 'status') return resource.status || status === undefined ? rest : { ...rest, status };
  const metadata = resource.custom ? undefined : rest.metadata;
  return { ...(metadata !== undefined && { metadata }), ...(status !== undefined && { status }) };
}

/** A field that is null is one that is not said: the `creationTimestamp: null` of generated manifests is nobody's wish. */
function withoutNulls(config: JsonRecord): JsonRecord {
  const visit = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(visit);
    if (!isRecord(value)) return value;
    const kept = Object.entries(value).filter(([, item]) => item !== null);
    return Object.fromEntries(kept.map(([field, item]) => [field, visit(item)]));
  };
  return Object.fromEntries(Object.entries(config).map(([field, value]) => [field, visit(value)]));
}

/** The metadata to lay over the object: what is owned, and what the server compares (name, uid, resourceVersion). */
function appliedMetadata(config: JsonRecord, wanted: JsonRecord): JsonRecord {
  const given = isRecord(config.metadata) ? config.metadata : {};
  const compared = ['name', 'namespace', 'uid', 'resourceVersion'].filter(
    (field) => given[field] !== undefined && given[field] !== null,
  );
  return {
    ...(isRecord(wanted.metadata) ? wanted.metadata : {}),
    ...Object.fromEntries(compared.map((field) => [field, given[field]])),
  };
}

/**
 * What `kubectl apply` set from the client's side and nobody changed since: kubectl may take it over without a conflict.
 */
function appliedByClient(node: SchemaNode | undefined, old: Entry, options: ApplyOptions): FieldTree {
  const text = stringAt(old.object, 'metadata', 'annotations', lastApplied);
  if (options.fieldManager !== 'kubectl' || text === undefined) return {};
  const applied = tryParse(text);
  if (applied === undefined) return {};
  const config = ownable(withoutNulls(applied));
  return subtractTree(fieldsOf(node, config), compareFields(node, ownable(old.object), config).changed);
}

/** `kubectl apply` from the client's side goes on from here when its annotation says what was applied last. */
function keepLastApplied(next: JsonRecord, old: Entry, config: JsonRecord, options: ApplyOptions): void {
  const annotations = recordAt(next, 'metadata', 'annotations');
  const had = stringAt(old.object, 'metadata', 'annotations', lastApplied) !== undefined;
  if (options.fieldManager !== 'kubectl' || !had || annotations === undefined) return;
  annotations[lastApplied] = `${JSON.stringify(config)}\n`;
}

function tryParse(text: string): JsonRecord | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isRecord(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

interface Conflict {
  readonly owner: FieldManager;
  readonly field: string;
}

function conflictsOf(others: readonly ManagedEntry[], changed: FieldTree): readonly Conflict[] {
  return others.flatMap((owner) =>
    pathsOf(intersectTrees(owner.fields, changed)).map((path) => ({ owner, field: formatPath(path) })),
  );
}

/** `"kubectl-client-side-apply" using apps/v1`: who owns a field, as kubectl's users know it. */
function ownerText({ manager, operation, apiVersion, subresource }: FieldManager): string {
  const name = JSON.stringify(manager);
  if (operation === 'Apply') return name;
  return `${name}${subresource === undefined ? '' : ` with subresource ${JSON.stringify(subresource)}`} using ${apiVersion}`;
}

function conflictError(resource: Resource, old: Entry, conflicts: readonly Conflict[]): StatusError {
  const [first] = conflicts;
  const groups = Map.groupBy(conflicts, ({ owner }) => ownerText(owner));
  const list = [...groups].map(([owner, items]) =>
    [`conflicts with ${owner}:`, ...items.map(({ field }) => `- ${field}`)].join('\n'),
  );
  const message =
    conflicts.length === 1 && first !== undefined
      ? `Apply failed with 1 conflict: conflict with ${ownerText(first.owner)}: ${first.field}`
      : `Apply failed with ${conflicts.length} conflicts: ${list.join('\n')}`;
  const causes: Cause[] = conflicts.map(({ owner, field }) => ({
    reason: 'FieldManagerConflict',
    message: `conflict with ${ownerText(owner)}`,
    field,
  }));
  const { name } = old;
  const { group, plural } = resource;
  return new StatusError(409, 'Conflict', message, { name, ...(group !== '' && { group }), kind: plural, causes });
}
