import type { IncomingMessage, ServerResponse } from 'node:http';
import { isRecord } from '../base/is-record.ts';
import { bindPod } from './binding.ts';
import { type Body, parseBody, parseObjectBody, readBody } from './body.ts';
import type { Context, Outcome, WriteOptions } from './context.ts';
import { deleteCollection, deleteObject, readDeleteOptions } from './delete.ts';
import type { EntryKey } from './entry.ts';
import type { JsonRecord } from './json.ts';
import { listObjects, listText, parseVersion, tooLargeVersion } from './list.ts';
import { patchObject } from './patch.ts';
import type { Query } from './query.ts';
import type { RequestPath } from './request-path.ts';
import { type Resource, storageKey } from './resource.ts';
import { sendText } from './respond.ts';
import { getScale, patchScale, updateScale } from './scale.ts';
import { compileSelection, type Selection } from './selection.ts';
import { badRequest, methodNotAllowed, noSuchPath, notFound } from './status-error.ts';
import { readWatchRequest, startWatch } from './watch-stream.ts';
import { createObject, updateObject } from './write.ts';

type ResourcePath = Extract<RequestPath, { kind: 'resource' }>;

/** One request for a resource. */
export interface ResourceCall {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly path: ResourcePath;
  readonly query: Query;
}

/** Answers a request below `/api/v1` or `/apis/GROUP/VERSION`. @throws StatusError for everything refused */
export async function handleResource(
  context: Context,
  options: { readonly bookmarkEveryMs: number },
  call: ResourceCall,
): Promise<void> {
  const { path, query, request, response } = call;
  const resource = context.registry.find(path.group, path.version, path.plural);
  if (resource === undefined) throw noSuchPath();
  if (path.namespace !== undefined && !resource.namespaced) throw noSuchPath();
  if (resource.namespaced && path.namespace === undefined && path.name !== undefined) throw noSuchPath();
  if (request.method === 'GET') {
    read(context, options, resource, call);
    return;
  }
  const body = await readBody(request);
  const outcome = write(context, resource, path, query, request.method ?? '', body);
  await context.store.committed();
  sendText(request, response, outcome.status, outcome.text, outcome.warnings);
}

function selectionOf(resource: Resource, path: ResourcePath, query: Query): Selection {
  return compileSelection(
    {
      namespace: path.namespace,
      name: path.name,
      labelSelector: query.text('labelSelector'),
      fieldSelector: query.text('fieldSelector'),
    },
    resource,
  );
}

function read(
  context: Context,
  options: { readonly bookmarkEveryMs: number },
  resource: Resource,
  call: ResourceCall,
): void {
  const { path, query, request, response } = call;
  if (query.flag('watch') && path.subresource === undefined) {
    const selection = selectionOf(resource, path, query);
    startWatch(context, readWatchRequest(resource, selection, query, options.bookmarkEveryMs), response);
    return;
  }
  context.store.flush();
  if (path.name === undefined) {
    const list = listObjects(context, resource, selectionOf(resource, path, query), query);
    sendText(request, response, 200, listText(resource, list));
    return;
  }
  sendText(request, response, 200, readOne(context, resource, keyOf(resource, path, path.name), path, query));
}

function readOne(context: Context, resource: Resource, key: EntryKey, path: ResourcePath, query: Query): string {
  const { subresource } = path;
  if (subresource !== undefined && !hasSubresource(resource, subresource)) throw noSuchPath();
  const asked = query.text('resourceVersion');
  if (asked !== undefined && parseVersion(asked) > context.store.version) {
    throw tooLargeVersion(parseVersion(asked), context.store.version);
  }
  const entry = context.store.get(key);
  if (entry === undefined) throw notFound(resource, key.name);
  return subresource === 'scale' ? JSON.stringify(getScale(entry.object)) : entry.text;
}

function write(
  context: Context,
  resource: Resource,
  path: ResourcePath,
  query: Query,
  method: string,
  body: Body,
): Outcome {
  if (path.name === undefined) return writeCollection(context, resource, path, query, method, body);
  const key = keyOf(resource, path, path.name);
  if (path.subresource !== undefined && !hasSubresource(resource, path.subresource)) throw noSuchPath();
  const options = writeOptions(query, path.subresource === 'status' ? 'status' : undefined);
  const patchOptions = { ...options, fieldManager: query.text('fieldManager'), force: query.flag('force') };
  if (path.subresource === 'binding') {
    if (method !== 'POST') throw methodNotAllowed();
    return bindPod(context, key, parseObjectBody(body), options);
  }
  if (path.subresource === 'scale') {
    if (method === 'PUT') return updateScale(context, resource, key, parseObjectBody(body), options);
    if (method === 'PATCH') return patchScale(context, resource, key, body, options);
    throw methodNotAllowed();
  }
  if (method === 'PUT') return updateObject(context, resource, key, parseObjectBody(body), options);
  if (method === 'PATCH') return patchObject(context, resource, key, body, patchOptions);
  if (method === 'DELETE' && path.subresource === undefined) {
    return deleteObject(context, resource, key, readDeleteOptions(optionalBody(body), query));
  }
  throw methodNotAllowed();
}

function writeCollection(
  context: Context,
  resource: Resource,
  path: ResourcePath,
  query: Query,
  method: string,
  body: Body,
): Outcome {
  if (method === 'POST') {
    const object = parseObjectBody(body);
    return createObject(context, resource, namespaceForCreate(resource, path), object, writeOptions(query, undefined));
  }
  if (method === 'DELETE' && (resource.custom || resource.kind !== 'Namespace')) {
    const options = readDeleteOptions(optionalBody(body), query);
    return deleteCollection(context, resource, selectionOf(resource, path, query), storageKey(resource), options);
  }
  throw methodNotAllowed();
}

/** The namespace is always in the path; a POST to the list of all namespaces is a mistake. */
function namespaceForCreate(resource: Resource, path: ResourcePath): string {
  if (!resource.namespaced) return '';
  if (path.namespace === undefined) throw badRequest('an empty namespace may not be set during creation');
  return path.namespace;
}

function optionalBody(body: Body): JsonRecord | undefined {
  if (body.text.trim() === '') return undefined;
  const value = parseBody(body);
  if (!isRecord(value)) throw badRequest('the request body must be one DeleteOptions object');
  return value;
}

function writeOptions(query: Query, subresource: 'status' | undefined): WriteOptions {
  return {
    dryRun: query.choice('dryRun', ['All']) === 'All',
    fieldValidation: query.choice('fieldValidation', ['Strict', 'Warn', 'Ignore']) ?? 'Warn',
    subresource,
  };
}

function keyOf(resource: Resource, path: ResourcePath, name: string): EntryKey {
  return { resource: storageKey(resource), namespace: path.namespace ?? '', name };
}

function hasSubresource(resource: Resource, subresource: string): boolean {
  if (subresource === 'status') return resource.status;
  if (subresource === 'scale') return resource.scale;
  return subresource === 'binding' && resource.kind === 'Pod' && !resource.custom;
}
