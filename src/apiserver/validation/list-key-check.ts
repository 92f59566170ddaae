import { isRecord } from '../../base/is-record.ts';
import { arrayAt, type JsonRecord } from '../json.ts';
import type { Cause } from '../status-error.ts';

/**
 * Items of lists of type `map` or `set` that stand there twice: server-side apply could not tell them apart.
 *
 * @see kubernetes.io "Server-Side Apply", merge strategy: `x-kubernetes-list-type`, `x-kubernetes-list-map-keys`
 */
export function repeatedItems(schema: unknown, value: unknown, path = ''): Cause[] {
  if (!isRecord(schema)) return [];
  if (Array.isArray(value)) {
    const below = value.flatMap((item, index) => repeatedItems(schema.items, item, `${path}[${index}]`));
    return [...repeatedHere(schema, value, path), ...below];
  }
  if (!isRecord(value)) return [];
  const properties = isRecord(schema.properties) ? schema.properties : {};
  return Object.entries(value).flatMap(([field, item]) => {
    const known = Object.hasOwn(properties, field) ? properties[field] : schema.additionalProperties;
    return repeatedItems(known, item, path === '' ? field : `${path}.${field}`);
  });
}

function repeatedHere(schema: JsonRecord, list: readonly unknown[], path: string): Cause[] {
  const type = schema['x-kubernetes-list-type'];
  if (type !== 'map' && type !== 'set') return [];
  const keys = arrayAt(schema, 'x-kubernetes-list-map-keys').map(String);
  const seen = new Set<string>();
  return list.flatMap((item, index) => {
    const text = JSON.stringify(type === 'set' ? sorted(item) : keyOf(item, keys));
    if (!seen.has(text)) {
      seen.add(text);
      return [];
    }
    return [{ field: `${path}[${index}]`, reason: 'FieldValueDuplicate', message: `Duplicate value: ${text}` }];
  });
}

function keyOf(item: unknown, keys: readonly string[]): JsonRecord {
  return isRecord(item) ? Object.fromEntries(keys.map((key) => [key, item[key]])) : {};
}

/** The order of fields makes no difference. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (!isRecord(value)) return value;
  const entries = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([field, item]) => [field, sorted(item)]));
}
