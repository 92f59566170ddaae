import { formatRequirement, type Requirement } from '../api/label-selector.ts';
import { isRecord } from '../base/is-record.ts';
import { applyMergePatch } from '../base/merge-patch.ts';
import type { Context, Outcome, WriteOptions } from './context.ts';
import { type Body, parseBody } from './http/body.ts';
import { type ApiObject, arrayAt, type JsonRecord, recordAt, recordsAt, stringAt, valueAt } from './json.ts';
import type { Resource } from './resource.ts';
import { type ScalePaths, setWanted } from './scale-paths.ts';
import { badRequest, invalid, invalidValue, noSuchPath, notFound } from './status-error.ts';
import type { Entry, EntryKey } from './storage/entry.ts';
import { replaceObject } from './write.ts';

/** The autoscaling/v1 Scale of an object. */
export function getScale(object: Readonly<ApiObject>, paths: ScalePaths): JsonRecord {
  const { name, namespace, uid, resourceVersion, creationTimestamp } = object.metadata;
  return {
    kind: 'Scale',
    apiVersion: 'autoscaling/v1',
    metadata: { name, namespace, uid, resourceVersion, creationTimestamp },
    spec: { replicas: valueAt(object, ...paths.wanted) ?? 0 },
    status: {
      replicas: valueAt(object, ...paths.current) ?? 0,
      selector: paths.selector === undefined ? '' : selectorText(valueAt(object, ...paths.selector)),
    },
  };
}

function selectorText(selector: unknown): string {
  if (typeof selector === 'string') return selector;
  const labels = Object.entries(recordAt(selector, 'matchLabels') ?? {}).map(([key, value]) => `${key}=${value}`);
  return [...labels, ...recordsAt(selector, 'matchExpressions').map(expressionText)].join(',');
}

function expressionText(expression: JsonRecord): string {
  const key = stringAt(expression, 'key') ?? '';
  const operator = expression.operator as Requirement['operator'];
  return formatRequirement({ key, operator, values: arrayAt(expression, 'values').map(String) });
}

/** PUT of a Scale. @throws StatusError 400, 404, 409, 422 */
export function updateScale(
  context: Context,
  resource: Resource,
  key: EntryKey,
  body: JsonRecord,
  options: WriteOptions,
): Outcome {
  const old = context.store.get(key);
  if (old === undefined) throw notFound(resource, key.name);
  return setScale(context, resource, old, body, options);
}

/** PATCH of a Scale, as a merge patch (which a strategic one is too: a Scale has no lists). @throws as {@link updateScale} */
export function patchScale(
  context: Context,
  resource: Resource,
  key: EntryKey,
  body: Body,
  options: WriteOptions,
): Outcome {
  const old = context.store.get(key);
  if (old === undefined) throw notFound(resource, key.name);
  const next = applyMergePatch(getScale(old.object, scalePathsOf(resource)), parseBody(body));
  if (!isRecord(next)) throw badRequest('the patch does not leave an object');
  return setScale(context, resource, old, next, options);
}

function setScale(context: Context, resource: Resource, old: Entry, scale: JsonRecord, options: WriteOptions): Outcome {
  const replicas = valueAt(scale, 'spec', 'replicas') ?? 0;
  if (typeof replicas !== 'number' || !Number.isInteger(replicas) || replicas < 0) {
    throw invalid(resource, old.name, [invalidValue('spec.replicas', replicas, 'must be greater than or equal to 0')]);
  }
  const next = old.copy();
  const paths = scalePathsOf(resource);
  setWanted(next, paths, replicas);
  next.metadata.resourceVersion = stringAt(scale, 'metadata', 'resourceVersion') ?? '';
  const outcome = replaceObject(context, resource, old, next, { ...options, recordedSubresource: 'scale' });
  const stored: ApiObject = JSON.parse(outcome.text);
  return { ...outcome, text: JSON.stringify(getScale(stored, paths)) };
}

/** @throws StatusError 404 for a kind that has no scale */
export function scalePathsOf(resource: Resource): ScalePaths {
  if (resource.scale === undefined) throw noSuchPath();
  return resource.scale;
}
