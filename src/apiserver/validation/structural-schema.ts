import { isRecord } from '../../base/is-record.ts';
import type { JsonRecord } from '../json.ts';

/** Removes every field that the schema does not know from `value` and returns their paths: `spec.blokSize`. */
export function pruneUnknown(schema: unknown, value: unknown): string[] {
  const removed: string[] = [];
  prune(schema, value, '', removed);
  return removed;
}

function prune(schema: unknown, value: unknown, path: string, removed: string[]): void {
  if (!isRecord(schema)) return;
  if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) prune(schema.items, item, `${path}[${index}]`, removed);
    return;
  }
  if (!isRecord(value)) return;
  const properties = isRecord(schema.properties) ? schema.properties : {};
  const rest = schema.additionalProperties;
  const keepsAll = schema['x-kubernetes-preserve-unknown-fields'] === true || rest === true;
  for (const [field, item] of Object.entries(value)) {
    const at = path === '' ? field : `${path}.${field}`;
    if (alwaysKnown(schema, path, field)) continue;
    if (Object.hasOwn(properties, field)) prune(properties[field], item, at, removed);
    else if (isRecord(rest)) prune(rest, item, at, removed);
    else if (!keepsAll) {
      delete value[field];
      removed.push(at);
    }
  }
}

function alwaysKnown(schema: JsonRecord, path: string, field: string): boolean {
  const root = path === '' || schema['x-kubernetes-embedded-resource'] === true;
  return root && (field === 'apiVersion' || field === 'kind' || field === 'metadata');
}

/**
 * The schema in the terms that ajv understands: `x-kubernetes-*` words dropped, int-or-string and nullable spelled out,
 * exclusiveMinimum and -Maximum as numbers (OpenAPI v3.0 has them as booleans).
 */
export function toJsonSchema(schema: unknown): JsonRecord | boolean {
  if (typeof schema === 'boolean') return schema;
  if (!isRecord(schema)) return true;
  const out: JsonRecord = {};
  for (const [word, value] of Object.entries(schema)) {
    if (word.startsWith('x-') || dropped.has(word)) continue;
    out[word] = convertWord(word, value);
  }
  if (schema['x-kubernetes-int-or-string'] === true) {
    out.type = ['integer', 'string'];
    delete out.anyOf;
  }
  for (const [flag, limit] of [['exclusiveMinimum', 'minimum'] as const, ['exclusiveMaximum', 'maximum'] as const]) {
    if (schema[flag] === true) {
      out[flag] = out[limit];
      delete out[limit];
    } else if (typeof schema[flag] === 'boolean') delete out[flag];
  }
  return schema.nullable === true ? allowNull(out) : out;
}

const dropped = new Set(['default', 'description', 'example', 'nullable', 'title', 'externalDocs', 'id', '$schema']);

function convertWord(word: string, value: unknown): unknown {
  if (word === 'properties' && isRecord(value)) {
    return Object.fromEntries(Object.entries(value).map(([field, item]) => [field, toJsonSchema(item)]));
  }
  if ((word === 'allOf' || word === 'anyOf' || word === 'oneOf') && Array.isArray(value))
    return value.map(toJsonSchema);
  if (word === 'items' || word === 'additionalProperties' || word === 'not') return toJsonSchema(value);
  return value;
}

function allowNull(schema: JsonRecord): JsonRecord {
  return { anyOf: [{ type: 'null' }, schema] };
}
