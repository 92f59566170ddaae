import { isRecord } from '../../base/is-record.ts';
import { applyMergePatch } from '../../base/merge-patch.ts';
import type { Context, Outcome, WriteOptions } from '../context.ts';
import { type Body, parseBody } from '../http/body.ts';
import type { JsonRecord } from '../json.ts';
import { schemaOf } from '../openapi/schema-node.ts';
import type { Resource } from '../resource.ts';
import { badRequest, notFound, unsupportedMediaType } from '../status-error.ts';
import type { Entry, EntryKey } from '../storage/entry.ts';
import { asWritten, replaceObject } from '../write.ts';
import { applyToExisting, applyToNew } from './apply.ts';
import { applyJsonPatch } from './json-patch.ts';
import { applyStrategicMerge } from './strategic-merge.ts';

/** What a PATCH asks for besides the patch; the last two are for server-side apply. */
export interface PatchOptions extends WriteOptions {
  readonly fieldManager: string | undefined;
  readonly force: boolean;
}

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
  return replaceObject(context, resource, old, asWritten(resource, next), options);
}

function patched(resource: Resource, old: Entry, body: Body): unknown {
  const patch = parseBody(body);
  const target: JsonRecord = old.copy();
  if (body.mediaType === json) return applyJsonPatch(resource, old.name, target, patch);
  if (!isRecord(patch)) throw badRequest('the patch must be one object');
  if (body.mediaType === merge) return applyMergePatch(target, patch);
  return applyStrategicMerge(schemaOf(resource), target, patch);
}
