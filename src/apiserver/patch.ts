import jsonPatch, { type Operation } from 'fast-json-patch';
import { errorText } from '../base/errors.ts';
import { isRecord } from '../base/is-record.ts';
import { applyToExisting, applyToNew } from './apply.ts';
import { type Body, maxBodyBytes, parseBody } from './body.ts';
import type { Context, Outcome, WriteOptions } from './context.ts';
import type { Entry, EntryKey } from './entry.ts';
import type { JsonRecord } from './json.ts';
import { applyMergePatch } from './merge-patch.ts';
import type { Resource } from './resource.ts';
import { badRequest, notFound, StatusError, unsupportedMediaType } from './status-error.ts';
import { applyStrategicMerge } from './strategic-merge.ts';
import { asObject, replaceObject } from './write.ts';

/** What a PATCH asks for besides the patch; the last two are for server-side apply. */
export interface PatchOptions extends WriteOptions {
  readonly fieldManager: string | undefined;
  readonly force: boolean;
}

const maxOperations = 10_000;
const merge = 'application/merge-patch+json';
const json = 'application/json-patch+json';
const strategic = 'application/strategic-merge-patch+json';
const apply = 'application/apply-patch+yaml';

/**
 * PATCH in any of the four formats, told apart by media type.
 *
 * @throws StatusError 400, 404, 409 (the patch carries an old resourceVersion), 415, 422
 */
export function patchObject(
  context: Context,
  resource: Resource,
  key: EntryKey,
  body: Body,
  options: PatchOptions,
): Outcome {
  const old = context.store.get(key);
  if (body.mediaType === apply) {
    const config = parseBody(body);
    if (!isRecord(config)) throw badRequest('the applied configuration must be one object');
    if (options.fieldManager === undefined) throw badRequest('fieldManager is required for apply patch');
    if (old === undefined) {
      if (options.subresource !== undefined) throw notFound(resource, key.name);
      return applyToNew(context, resource, key, config, { ...options, fieldManager: options.fieldManager });
    }
    return applyToExisting(context, resource, old, config, { ...options, fieldManager: options.fieldManager });
  }
  const accepted = resource.custom ? [json, merge, apply] : [json, merge, strategic, apply];
  if (!accepted.includes(body.mediaType)) throw unsupportedMediaType(accepted);
  if (old === undefined) throw notFound(resource, key.name);
  const next = patched(resource, old, body);
  if (!isRecord(next)) throw badRequest('the patch does not leave an object');
  return replaceObject(context, resource, old, asObject(resource, next), options);
}

function patched(resource: Resource, old: Entry, body: Body): unknown {
  const patch = parseBody(body);
  const target: JsonRecord = old.copy();
  if (body.mediaType === json) return applyOperations(resource, old, target, patch);
  if (!isRecord(patch)) throw badRequest('the patch must be one object');
  if (body.mediaType === merge) return applyMergePatch(target, patch);
  return applyStrategicMerge(resource.kind, target, patch);
}

function applyOperations(resource: Resource, old: Entry, target: JsonRecord, patch: unknown): unknown {
  if (!Array.isArray(patch)) throw badRequest('a JSON patch must be a list of operations');
  if (patch.length > maxOperations) {
    throw tooMuch(`it has ${patch.length} operations, allowed are ${maxOperations}`);
  }
  const operations: Operation[] = patch;
  let copiedBytes = 0;
  let document = target;
  try {
    for (const [index, operation] of operations.entries()) {
      if (operation.op === 'copy')
        copiedBytes += JSON.stringify(jsonPatch.getValueByPointer(document, operation.from)).length;
      if (copiedBytes > maxBodyBytes) throw tooMuch(`its copies add more than ${maxBodyBytes} bytes`);
      document = jsonPatch.applyOperation(document, operation, true, true, true, index).newDocument;
    }
    return document;
  } catch (error) {
    if (error instanceof StatusError) throw error;
    const why = errorText(error).split('\n')[0];
    throw new StatusError(
      422,
      'Invalid',
      `the JSON patch cannot be applied to ${resource.plural} "${old.name}": ${why}`,
      {
        name: old.name,
        kind: resource.plural,
      },
    );
  }
}

function tooMuch(why: string): StatusError {
  return new StatusError(413, 'RequestEntityTooLarge', `the JSON patch is too large: ${why}`);
}
