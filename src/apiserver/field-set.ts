import { isRecord } from '../base/is-record.ts';
import type { JsonRecord } from './json.ts';
import { listIdentity, type Place, placeBelow, rootPlace } from './strategic-merge.ts';

/** One owned field: its path in FieldsV1 steps, `["f:spec", "f:containers", "k:{\"name\":\"a\"}", "f:image"]`. */
export type FieldPath = readonly string[];

/**
 * The leaves of an object as paths. Lists that have a merge key contribute each item (step `.`) and its fields, lists
 * that are sets each value (`v:`), all other lists one leaf.
 *
 * @param kind the built-in kind whose merge keys apply; `undefined` for custom kinds, whose lists are whole
 * @see Kubernetes API reference "FieldsV1"
 */
export function fieldsOf(kind: string | undefined, value: JsonRecord): FieldPath[] {
  const found: FieldPath[] = [];
  collect(rootPlace(kind), value, [], found);
  return found;
}

function collect(place: Place, value: unknown, path: FieldPath, found: FieldPath[]): void {
  if (isRecord(value) && Object.keys(value).length > 0) {
    for (const [field, item] of Object.entries(value))
      collect(placeBelow(place, field), item, [...path, `f:${field}`], found);
    return;
  }
  if (Array.isArray(value) && value.length > 0) {
    const steps = value.map((item) => listIdentity(place, item));
    if (steps.every((step) => step !== undefined)) {
      for (const [index, step] of steps.entries()) collectItem(place, value[index], [...path, step], found);
      return;
    }
  }
  found.push(path);
}

function collectItem(place: Place, item: unknown, path: FieldPath, found: FieldPath[]): void {
  if (!isRecord(item)) {
    found.push(path);
    return;
  }
  found.push([...path, '.']);
  collect(place, item, path, found);
}

/** A text that is equal for equal paths. */
export function pathKey(path: FieldPath): string {
  return JSON.stringify(path);
}

/** Paths as the nested object of `managedFields[].fieldsV1`. */
export function encodeFields(paths: readonly FieldPath[]): JsonRecord {
  const root: JsonRecord = {};
  for (const path of paths) {
    let node = root;
    for (const step of path) {
      const next = node[step];
      const child = isRecord(next) ? next : {};
      node[step] = child;
      node = child;
    }
  }
  return root;
}

/** The paths of a `fieldsV1` object. */
export function decodeFields(fields: unknown): FieldPath[] {
  const found: FieldPath[] = [];
  const visit = (node: unknown, path: FieldPath) => {
    if (!isRecord(node) || Object.keys(node).length === 0) found.push(path);
    else for (const [step, child] of Object.entries(node)) visit(child, [...path, step]);
  };
  if (isRecord(fields) && Object.keys(fields).length > 0) visit(fields, []);
  return found;
}

/** The value a path leads to; `undefined` when there is none. */
export function valueAtPath(place: Place, value: unknown, path: FieldPath): unknown {
  const [step, ...rest] = path;
  if (step === undefined || step === '.') return value;
  if (step.startsWith('f:')) {
    const field = step.slice(2);
    const child = isRecord(value) && Object.hasOwn(value, field) ? value[field] : undefined;
    return child === undefined ? undefined : valueAtPath(placeBelow(place, field), child, rest);
  }
  const item = Array.isArray(value) ? value.find((candidate) => listIdentity(place, candidate) === step) : undefined;
  return item === undefined ? undefined : valueAtPath(place, item, rest);
}

/** Removes what a path leads to, and objects that become empty by it. Changes `value`. */
export function removeAtPath(place: Place, value: unknown, path: FieldPath): void {
  const [step, ...rest] = path;
  if (step === undefined) return;
  if (step.startsWith('f:')) {
    const field = step.slice(2);
    if (!isRecord(value) || !Object.hasOwn(value, field)) return;
    if (rest.length === 0) delete value[field];
    else {
      removeAtPath(placeBelow(place, field), value[field], rest);
      if (isEmpty(value[field])) delete value[field];
    }
    return;
  }
  if (!Array.isArray(value)) return;
  const index = value.findIndex((item) => listIdentity(place, item) === step);
  if (index < 0) return;
  if (rest.length === 0 || rest[0] === '.') value.splice(index, 1);
  else removeAtPath(place, value[index], rest);
}

function isEmpty(value: unknown): boolean {
  return (isRecord(value) && Object.keys(value).length === 0) || (Array.isArray(value) && value.length === 0);
}

/** `.spec.containers[name="a"].image`: the path as people read it in a conflict. */
export function formatPath(path: FieldPath): string {
  return path
    .filter((step) => step !== '.')
    .map((step) => {
      if (step.startsWith('f:')) return `.${step.slice(2)}`;
      if (!step.startsWith('k:')) return `[${step.slice(2)}]`;
      const key: JsonRecord = JSON.parse(step.slice(2));
      return `[${Object.entries(key)
        .map(([field, value]) => `${field}=${JSON.stringify(value)}`)
        .join(',')}]`;
    })
    .join('');
}
