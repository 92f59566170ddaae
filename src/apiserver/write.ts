import { randomInt, randomUUID } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { apiVersionOf } from '../api/meta.ts';
import { nameSuffix } from '../api/name-syntax.ts';
import { timestamp } from '../api/timestamp.ts';
import { isRecord } from '../base/is-record.ts';
import type { Context, Outcome, WriteOptions } from './context.ts';
import { establish } from './definitions.ts';
import { type ApiObject, arrayAt, type JsonRecord, type Metadata } from './json.ts';
import { managedFieldsAfter } from './patch/managed-fields-after.ts';
import { prepareObject } from './prepare.ts';
import { builtInResource, type Resource, storageKey } from './resource.ts';
import {
  alreadyExists,
  badRequest,
  conflict,
  forbidden,
  forbiddenValue,
  invalid,
  invalidValue,
  methodNotAllowed,
  notFound,
} from './status-error.ts';
import type { Entry, EntryKey } from './storage/entry.ts';

const nameAttempts = 8;
/** Characters of `generateName` that are kept, so that the whole is a valid label. */
const maxGeneratedBase = 58;

/**
 * POST: a new object.
 *
 * @throws StatusError 400, 403 (namespace going away), 404 (no such namespace), 409 (name taken), 422
 */
export function createObject(
  context: Context,
  resource: Resource,
  namespace: string,
  body: JsonRecord,
  options: WriteOptions,
): Outcome {
  const object = (options.managedFields === undefined ? asWritten : asObject)(resource, body);
  const { metadata } = object;
  checkNamespace(metadata, namespace);
  if (metadata.resourceVersion) throw badRequest('resourceVersion should not be set on objects to be created');
  if (resource.terminating === true) throw methodNotAllowed(definitionTerminates);
  if (!metadata.name && metadata.generateName)
    metadata.name = freeName(context, resource, namespace, metadata.generateName);
  if (resource.namespaced) requireNamespace(context, resource, namespace, metadata.name);
  initialize(context, resource, object, namespace);
  const warnings = prepareObject(context, resource, object, undefined, options);
  setManagedFields(object, managedFieldsAfter(context, resource, undefined, object, undefined, options));
  const key = { resource: storageKey(resource), namespace, name: metadata.name };
  if (context.store.get(key) !== undefined) throw alreadyExists(resource, metadata.name);
  if (resource.kind === 'CustomResourceDefinition') establish(context, object);
  const text = options.dryRun ? JSON.stringify(object) : context.store.put(key, object).text;
  return { status: 201, text, warnings };
}

/** PUT: a new state for an object that is there. @throws StatusError 400, 404, 409, 422 */
export function updateObject(
  context: Context,
  resource: Resource,
  key: EntryKey,
  body: JsonRecord,
  options: WriteOptions,
): Outcome {
  const old = context.store.get(key);
  if (old === undefined) throw notFound(resource, key.name);
  return replaceObject(context, resource, old, asWritten(resource, body), options);
}

/** The common end of PUT and PATCH: checks `next` against `old` and stores it. Changes `next`. */
export function replaceObject(
  context: Context,
  resource: Resource,
  old: Entry,
  next: ApiObject,
  options: WriteOptions,
): Outcome {
  const before = old.object;
  checkIdentity(resource, old, next);
  const { managedFields: sent } = next.metadata;
  keepServerFields(next, before);
  keepOtherPart(resource, next, old.copy(), options.subresource);
  delete next.metadata.managedFields;
  const warnings = prepareObject(context, resource, next, before, options);
  checkFinalizers(resource, next, before);
  setManagedFields(next, managedFieldsAfter(context, resource, before, next, sent, options));
  if (resource.kind === 'CustomResourceDefinition') establish(context, next);
  countGeneration(resource, next, before);
  if (isRemovable(resource, next)) return finishRemoval(context, old, next, options, warnings);
  next.metadata.resourceVersion = String(old.version);
  if (isDeepStrictEqual(next, before)) return { status: 200, text: old.text, warnings };
  const text = options.dryRun ? JSON.stringify(next) : context.store.put(old, next).text;
  return { status: 200, text, warnings };
}

/** True for an object that was deleted and that nothing holds any more. */
export function isRemovable(resource: Resource, object: Readonly<ApiObject>): boolean {
  const { metadata } = object;
  if (metadata.deletionTimestamp === undefined || (metadata.finalizers ?? []).length > 0) return false;
  if (resource.custom) return true;
  if (resource.kind === 'Namespace') return arrayAt(object, 'spec', 'finalizers').length === 0;
  return (metadata.deletionGracePeriodSeconds ?? 0) === 0;
}

function finishRemoval(
  context: Context,
  old: Entry,
  next: ApiObject,
  options: WriteOptions,
  warnings: string[],
): Outcome {
  next.metadata.resourceVersion = String(old.version);
  if (!options.dryRun) {
    // The last state is part of the history: a watcher sees the finalizer go, then the object.
    if (!isDeepStrictEqual(next, old.object)) context.store.put(old, next);
    context.store.remove(old);
  }
  return { status: 200, text: JSON.stringify(next), warnings };
}

/** @throws StatusError 400 when the body is of another kind or has no usable metadata */
export function asObject(resource: Resource, body: JsonRecord): ApiObject {
  const expected = apiVersionOf(resource);
  if (body.apiVersion !== undefined && body.apiVersion !== expected) {
    throw badRequest(
      `the API version in the data (${String(body.apiVersion)}) does not match the expected API version (${expected})`,
    );
  }
  if (body.kind !== undefined && body.kind !== resource.kind) {
    throw badRequest(`${String(body.kind)} in version "${expected}" cannot be handled as a ${resource.kind}`);
  }
  const found = body.metadata ?? {};
  if (!isRecord(found)) throw badRequest('metadata must be an object');
  const metadata: Metadata = { ...found, name: typeof found.name === 'string' ? found.name : '' };
  for (const field of [...emptiable, 'namespace', 'generateName'] as const) {
    if (metadata[field] === null) delete metadata[field];
  }
  for (const field of ['namespace', 'generateName', 'resourceVersion', 'uid'] as const) {
    const value: unknown = metadata[field];
    if (value !== undefined && typeof value !== 'string') throw badRequest(`metadata.${field} must be a string`);
  }
  const { apiVersion: _apiVersion, kind: _kind, metadata: _metadata, ...rest } = body;
  return { apiVersion: expected, kind: resource.kind, metadata, ...rest };
}

const emptiable = ['labels', 'annotations', 'finalizers', 'ownerReferences'] as const;

/**
 * As {@link asObject}, without empty labels, annotations and the like: they say the same as none. Not for what is
 * applied, where an empty one is somebody's.
 */
export function asWritten(resource: Resource, body: JsonRecord): ApiObject {
  const object = asObject(resource, body);
  for (const field of emptiable) {
    const value: unknown = object.metadata[field];
    if (typeof value === 'object' && value !== null && Object.keys(value).length === 0) delete object.metadata[field];
  }
  return object;
}

function checkNamespace(metadata: Metadata, namespace: string): void {
  if (metadata.namespace !== undefined && metadata.namespace !== '' && metadata.namespace !== namespace) {
    throw badRequest('the namespace of the provided object does not match the namespace sent on the request');
  }
}

/** `web-` -> `web-x7k2p`. */
function freeName(context: Context, resource: Resource, namespace: string, base: string): string {
  for (let attempt = 0; attempt < nameAttempts; attempt++) {
    const name = base.slice(0, maxGeneratedBase) + nameSuffix((count) => randomInt(count));
    if (context.store.get({ resource: storageKey(resource), namespace, name }) === undefined) return name;
  }
  throw alreadyExists(resource, base);
}

const definitionTerminates = 'create not allowed while custom resource definition is terminating';

function requireNamespace(context: Context, resource: Resource, namespace: string, name: string): void {
  const namespaces = builtInResource('Namespace');
  const found = context.store.get({ resource: storageKey(namespaces), namespace: '', name: namespace });
  if (found === undefined) throw notFound(namespaces, namespace);
  if (found.object.metadata.deletionTimestamp === undefined) return;
  const why = `unable to create new content in namespace ${namespace} because it is being terminated`;
  throw forbidden(resource, name, why, [
    {
      reason: 'NamespaceTerminating',
      message: `namespace ${namespace} is being terminated`,
      field: 'metadata.namespace',
    },
  ]);
}

function initialize(context: Context, resource: Resource, object: ApiObject, namespace: string): void {
  const { metadata } = object;
  for (const field of [
    'deletionTimestamp',
    'deletionGracePeriodSeconds',
    'resourceVersion',
    'selfLink',
    'generation',
    'managedFields',
  ]) {
    delete metadata[field];
  }
  if (resource.namespaced) metadata.namespace = namespace;
  else delete metadata.namespace;
  metadata.uid = randomUUID();
  metadata.creationTimestamp = timestamp(context.now());
  if (resource.generation) metadata.generation = 1;
  // A Node registers itself together with its status; every other kind gets its status from a controller later.
  if (resource.status && resource.kind !== 'Node') delete object.status;
}

function checkIdentity(resource: Resource, old: Entry, next: ApiObject): void {
  const { metadata } = next;
  if (metadata.name !== old.name) {
    throw badRequest(`the name of the object (${metadata.name}) does not match the name on the URL (${old.name})`);
  }
  checkNamespace(metadata, old.namespace);
  if (metadata.uid && metadata.uid !== old.object.metadata.uid) {
    const uids = `UID in precondition: ${metadata.uid}, UID in object meta: ${old.object.metadata.uid}`;
    throw conflict(resource, old.name, `Precondition failed: ${uids}`);
  }
  if (metadata.resourceVersion) {
    if (!/^\d+$/.test(metadata.resourceVersion)) {
      throw invalid(resource, old.name, [
        invalidValue('metadata.resourceVersion', metadata.resourceVersion, 'must be a number of this server'),
      ]);
    }
    if (Number(metadata.resourceVersion) !== old.version) throw conflict(resource, old.name);
  } else if (!resource.unconditionalUpdate) {
    throw invalid(resource, old.name, [invalidValue('metadata.resourceVersion', 0, 'must be specified for an update')]);
  }
}

/** What only the server sets stays as it was. */
function keepServerFields(next: ApiObject, before: Readonly<ApiObject>): void {
  const kept = [
    'namespace',
    'uid',
    'creationTimestamp',
    'generation',
    'deletionTimestamp',
    'deletionGracePeriodSeconds',
    'generateName',
  ];
  for (const field of kept) {
    const value = before.metadata[field];
    if (value === undefined) delete next.metadata[field];
    else next.metadata[field] = value;
  }
  delete next.metadata.selfLink;
}

function setManagedFields(object: ApiObject, managedFields: readonly JsonRecord[] | undefined): void {
  if (managedFields === undefined || managedFields.length === 0) delete object.metadata.managedFields;
  else object.metadata.managedFields = managedFields;
}

/** The main resource leaves `status` alone; `/status` leaves everything else alone. `before` is given away. */
function keepOtherPart(
  resource: Resource,
  next: ApiObject,
  before: ApiObject,
  subresource: 'status' | undefined,
): void {
  if (subresource === undefined) {
    // What holds a namespace is let go of by the server alone, when nothing is left in it.
    if (!resource.custom && resource.kind === 'Namespace') next.spec = before.spec;
    if (!resource.status) return;
    if (before.status === undefined) delete next.status;
    else next.status = before.status;
    return;
  }
  const { status, metadata } = next;
  for (const field of Object.keys(next)) {
    if (!Object.hasOwn(before, field)) delete next[field];
  }
  const { labels, annotations } = resource.custom ? before.metadata : metadata;
  Object.assign(next, before);
  next.metadata.resourceVersion = metadata.resourceVersion ?? '';
  if (labels === undefined) delete next.metadata.labels;
  else next.metadata.labels = labels;
  if (annotations === undefined) delete next.metadata.annotations;
  else next.metadata.annotations = annotations;
  if (status === undefined) delete next.status;
  else next.status = status;
}

function checkFinalizers(resource: Resource, next: ApiObject, before: Readonly<ApiObject>): void {
  if (before.metadata.deletionTimestamp === undefined) return;
  const known = new Set(before.metadata.finalizers ?? []);
  const added = (next.metadata.finalizers ?? []).filter((finalizer) => !known.has(finalizer));
  if (added.length === 0) return;
  const why = `no new finalizers can be added if the object is being deleted, found new finalizers ${JSON.stringify(added)}`;
  throw invalid(resource, next.metadata.name, [forbiddenValue('metadata.finalizers', why)]);
}

function countGeneration(resource: Resource, next: ApiObject, before: Readonly<ApiObject>): void {
  if (!resource.generation) return;
  const part = ({ metadata: _metadata, status, ...rest }: Readonly<ApiObject>) =>
    resource.status ? rest : { ...rest, status };
  if (isDeepStrictEqual(part(next), part(before))) return;
  next.metadata.generation = (before.metadata.generation ?? 0) + 1;
}
