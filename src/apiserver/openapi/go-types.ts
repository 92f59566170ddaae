import { isRecord } from '../../base/is-record.ts';
import type { SchemaNode } from './schema-node.ts';

/** What a place of a built-in kind holds. `struct` has named fields, `map` any names, `open` is not looked into. */
export type PlaceKind =
  | 'any'
  | 'struct'
  | 'map'
  | 'open'
  | 'list'
  | 'string'
  | 'boolean'
  | 'number'
  | 'int32'
  | 'int64'
  | 'bytes'
  | 'time'
  | 'quantity'
  | 'int-or-string';

const kinds = new WeakMap<SchemaNode, PlaceKind>();

/** What a place holds; found out once for each node. */
export function placeKind(node: SchemaNode): PlaceKind {
  let kind = kinds.get(node);
  if (kind === undefined) {
    kind = findKind(node);
    kinds.set(node, kind);
  }
  return kind;
}

function findKind({ name, words }: SchemaNode): PlaceKind {
  switch (words.type) {
    case 'object':
      if (isRecord(words.properties)) return 'struct';
      return isRecord(words.additionalProperties) ? 'map' : 'open';
    case 'array':
      return 'list';
    case 'boolean':
    case 'number':
      return words.type;
    case 'integer':
      return words.format === 'int64' ? 'int64' : 'int32';
    case 'string':
      if (name?.endsWith('.Quantity') === true) return 'quantity';
      return formats[String(words.format)] ?? 'string';
    default:
      return 'any';
  }
}

const formats: Readonly<Record<string, PlaceKind>> = {
  'int-or-string': 'int-or-string',
  'date-time': 'time',
  byte: 'bytes',
};

/** The Go type of a place as error messages of Kubernetes name it: `int32`, `[]v1.Container`, `map[string]string`. */
export function goType(node: SchemaNode): string {
  const kind = placeKind(node);
  switch (kind) {
    case 'list':
    case 'map': {
      const below = kind === 'list' ? node.items() : node.property('');
      return (kind === 'list' ? '[]' : 'map[string]') + (below === undefined ? 'interface {}' : goType(below));
    }
    case 'struct':
    case 'open':
      return node.name?.split('.').slice(-2).join('.') ?? 'struct';
    case 'boolean':
      return 'bool';
    case 'number':
      return 'float64';
    case 'bytes':
      return '[]uint8';
    case 'time':
    case 'quantity':
      return 'string';
    default:
      return kind;
  }
}

/** What a value of JSON is called in those messages. */
export function jsonType(value: unknown): string {
  if (Array.isArray(value)) return 'array';
  return typeof value === 'boolean' ? 'bool' : typeof value;
}

/** The form of amounts as Kubernetes tells it. @see Kubernetes documentation "Quantity" */
export const quantityForm = '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$';

/** True for an amount of {@link quantityForm}, said so that no text takes long: there is one way to match each digit. */
export function isQuantity(text: string): boolean {
  return /^[+-]?[0-9.]+(?:[eEinumkKMGTP]+[-+]?[0-9]*|[-+][0-9]*)?$/.test(text);
}

/** True for a point in time. @see RFC 3339 */
export function isTime(text: string): boolean {
  return /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/.test(text);
}

/** Where a text stops being base64, `undefined` when all of it is. @see RFC 4648 §4 */
export function illegalBase64(text: string): number | undefined {
  let end = text.length;
  while (end > 0 && '=\r\n'.includes(text[end - 1] ?? '')) end -= 1;
  const bad = text.slice(0, end).search(/[^A-Za-z0-9+/\r\n]/);
  if (bad >= 0) return bad;
  return text.replace(/[\r\n]/g, '').length % 4 === 0 && !text.includes('===') ? undefined : text.length;
}
