import { isRecord } from '../base/is-record.ts';
import { bindPod } from './binding.ts';
import type { Context, Outcome, WriteOptions } from './context.ts';
import { deleteCollection, deleteObject, readDeleteOptions } from './delete.ts';
import { evictPod } from './eviction.ts';
import { finalizeNamespace } from './finalize.ts';
import { type Body, parseBody, parseObjectBody } from './http/body.ts';
import type { Query } from './http/query.ts';
import type { JsonRecord } from './json.ts';
import { managerOf } from './patch/manager-name.ts';
import { patchObject } from './patch/patch.ts';
import { keyOf, selectionOf } from './read-resource.ts';
import { type Resource, storageKey } from './resource.ts';
import type { ResourcePath } from './resource-handler.ts';
import { patchScale, updateScale } from './scale.ts';
import { subresourcesOf } from './served.ts';
import { badRequest, methodNotAllowed, noSuchPath } from './status-error.ts';
import { duplicateFields } from './validation/duplicate-fields.ts';
import { createObject, updateObject } from './write.ts';

/** The verb of discovery that a method asks for. */
const verbs: Readonly<Record<string, string>> = { POST: 'create', PUT: 'update', PATCH: 'patch', DELETE: 'delete' };

/** Carries out POST, PUT, PATCH or DELETE of an object, a subresource or a collection. @throws StatusError */
export function writeResource(
  context: Context,
  resource: Resource,
  path: ResourcePath,
  query: Query,
  method: string,
  body: Body,
): Outcome {
  if (path.name === undefined) return writeCollection(context, resource, path, query, method, body);
  if (path.subresource !== undefined) return writeSubresource(context, resource, path, path.name, query, method, body);
  const key = keyOf(resource, path, path.name);
  const options = writeOptions(query, undefined, body);
  switch (method) {
    case 'PUT':
      return updateObject(context, resource, key, parseObjectBody(body), options);
    case 'PATCH':
      return patchObject(context, resource, key, body, patchOptions(options, query));
    case 'DELETE':
      return deleteObject(context, resource, key, readDeleteOptions(optionalBody(body), query));
    default:
      throw methodNotAllowed();
  }
}

function writeSubresource(
  context: Context,
  resource: Resource,
  path: ResourcePath,
  name: string,
  query: Query,
  method: string,
  body: Body,
): Outcome {
  const served = subresourcesOf(resource).find((one) => one.name === path.subresource);
  if (served === undefined) throw noSuchPath();
  if (!served.verbs.includes(verbs[method] ?? '')) throw methodNotAllowed();
  const key = keyOf(resource, path, name);
  const options = writeOptions(query, served.name === 'status' ? 'status' : undefined, body);
  switch (served.name) {
    case 'binding':
      return bindPod(context, key, parseObjectBody(body), options);
    case 'eviction':
      return evictPod(context, key, parseObjectBody(body), query);
    case 'finalize':
      return finalizeNamespace(context, key, parseObjectBody(body), options);
    case 'scale':
      return method === 'PUT'
        ? updateScale(context, resource, key, parseObjectBody(body), options)
        : patchScale(context, resource, key, body, options);
    case 'status':
      return method === 'PUT'
        ? updateObject(context, resource, key, parseObjectBody(body), options)
        : patchObject(context, resource, key, body, patchOptions(options, query));
    default:
      throw methodNotAllowed();
  }
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
    const options = writeOptions(query, undefined, body);
    return createObject(context, resource, namespaceForCreate(resource, path), object, options);
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

/** What the query and the body ask of a write. @throws StatusError 422 */
export function writeOptions(query: Query, subresource: 'status' | undefined, body: Body): WriteOptions {
  const fieldValidation = query.choice('fieldValidation', ['Strict', 'Warn', 'Ignore']) ?? 'Warn';
  return {
    dryRun: query.choice('dryRun', ['All']) === 'All',
    fieldValidation,
    subresource,
    manager: managerOf(query.text('fieldManager'), body.agent),
    ...(fieldValidation !== 'Ignore' && { duplicates: () => duplicateFields(body) }),
  };
}

function patchOptions(options: WriteOptions, query: Query) {
  return { ...options, fieldManager: query.text('fieldManager'), force: query.flag('force') };
}
