import { isRecord } from '../base/is-record.ts';

/** A JSON object of unknown content, as bodies arrive. */
export type JsonRecord = { [field: string]: unknown };

/** Metadata of an object the server handles; mutable, because the server is what fills it in. */
export interface Metadata {
  name: string;
  namespace?: string;
  generateName?: string;
  uid?: string;
  resourceVersion?: string;
  generation?: number;
  creationTimestamp?: string;
  deletionTimestamp?: string;
  deletionGracePeriodSeconds?: number;
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
  finalizers?: string[];
  ownerReferences?: Owner[];
  [field: string]: unknown;
}

/** One entry of `metadata.ownerReferences`. */
export interface Owner {
  apiVersion: string;
  kind: string;
  name: string;
  uid: string;
  controller?: boolean;
  blockOwnerDeletion?: boolean;
}

/** Any API object: what is common is typed, the rest is looked at through {@link recordAt} and friends. */
export interface ApiObject {
  apiVersion: string;
  kind: string;
  metadata: Metadata;
  [field: string]: unknown;
}

/** The value below a path of field names; `undefined` when any step is missing. */
export function valueAt(value: unknown, ...path: readonly string[]): unknown {
  let current = value;
  for (const field of path) {
    if (!isRecord(current) || !Object.hasOwn(current, field)) return undefined;
    current = current[field];
  }
  return current;
}

/** The object below a path, `undefined` when absent or not an object. */
export function recordAt(value: unknown, ...path: readonly string[]): JsonRecord | undefined {
  const found = valueAt(value, ...path);
  return isRecord(found) ? found : undefined;
}

/** The text below a path, `undefined` when absent or not a string. */
export function stringAt(value: unknown, ...path: readonly string[]): string | undefined {
  const found = valueAt(value, ...path);
  return typeof found === 'string' ? found : undefined;
}

/** The array below a path, empty when absent or not an array. */
export function arrayAt(value: unknown, ...path: readonly string[]): unknown[] {
  const found = valueAt(value, ...path);
  return Array.isArray(found) ? found : [];
}

/** The objects of the array below a path; other items are left out. */
export function recordsAt(value: unknown, ...path: readonly string[]): JsonRecord[] {
  return arrayAt(value, ...path).filter(isRecord);
}

/** The object in `field`, made when it is not there. */
export function ensureRecord(parent: JsonRecord, field: string): JsonRecord {
  const found = parent[field];
  if (isRecord(found)) return found;
  const made: JsonRecord = {};
  parent[field] = made;
  return made;
}

/** Sets `field` unless it has a value already (`null` counts as none, as in Kubernetes' defaulting). */
export function setDefault(parent: JsonRecord, field: string, value: unknown): void {
  if (parent[field] === undefined || parent[field] === null) parent[field] = value;
}

/** A deep copy of JSON data. */
export function copyJson<T>(value: T): T {
  return structuredClone(value);
}
