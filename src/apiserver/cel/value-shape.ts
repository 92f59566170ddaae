import { isDeepStrictEqual } from 'node:util';
import { type Environment, evaluate } from '@marcbachmann/cel-js';
import { isRecord } from '../../base/is-record.ts';
import type { JsonRecord } from '../json.ts';

/** How values of one place of a schema appear to its rules. */
export interface ValueShape {
  /** The CEL type: `string`, `list<int>`, `map<string, string>`, the name of an object type, `dyn`. */
  readonly type: string;
  /** The JSON value, which fits the schema, as CEL sees it: whole numbers as bigint, objects as typed maps. */
  convert(value: unknown): unknown;
}

/** An object inside an expression: its fields under their CEL names, and the JSON it stands for. */
abstract class ObjectValue extends Map<string, unknown> {
  readonly json: unknown;
  constructor(json: unknown, fields: Iterable<readonly [string, unknown]>) {
    super(fields);
    this.json = json;
  }
}

/**
 * Makes the shapes of a schema's places and registers their object types with an environment. One per definition
 * version: its type names count up from `Object1`.
 */
export function shapeMaker(environment: Environment): (schema: unknown, isRoot: boolean) => ValueShape {
  let count = 0;
  const objectShape = (properties: JsonRecord): ValueShape => {
    const shapes = new Map<string, { readonly cel: string; readonly shape: ValueShape }>();
    for (const [name, schema] of Object.entries(properties)) {
      const cel = celFieldName(name);
      if (cel !== undefined) shapes.set(name, { cel, shape: make(schema, false) });
    }
    count += 1;
    const type = `Object${count}`;
    const ctor = class extends ObjectValue {};
    const fields = Object.fromEntries([...shapes.values()].map(({ cel, shape }) => [cel, shape.type]));
    environment.registerType(type, { ctor, fields });
    environment.registerOperator(`${type} == ${type}`, (a: ObjectValue, b: ObjectValue) =>
      isDeepStrictEqual(a.json, b.json),
    );
    const convert = (value: unknown) => {
      const entries: [string, unknown][] = [];
      for (const [name, item] of Object.entries(isRecord(value) ? value : {})) {
        const field = shapes.get(name);
        // A field that is null counts as not there, as `has` shall say.
        if (field !== undefined && item !== null) entries.push([field.cel, field.shape.convert(item)]);
      }
      return new ctor(value, entries);
    };
    return { type, convert };
  };
  const make = (schema: unknown, isRoot: boolean): ValueShape => {
    if (!isRecord(schema) || schema['x-kubernetes-int-or-string'] === true) return dynamic;
    const properties = isRecord(schema.properties) ? schema.properties : {};
    if (isRoot || schema['x-kubernetes-embedded-resource'] === true) {
      return objectShape({ ...properties, ...identity });
    }
    switch (schema.type) {
      case 'array':
        return listOf(make(schema.items, false));
      case 'object':
        if (isRecord(schema.additionalProperties)) return mapOf(make(schema.additionalProperties, false));
        return Object.keys(properties).length === 0 ? dynamic : objectShape(properties);
      case 'string':
        return stringShape(schema.format);
      case 'integer':
        return { type: 'int', convert: (value) => (typeof value === 'number' ? BigInt(value) : value) };
      case 'number':
        return { type: 'double', convert: (value) => value };
      case 'boolean':
        return { type: 'bool', convert: (value) => value };
      default:
        return dynamic;
    }
  };
  return make;
}

const text = { type: 'string' };
/** What rules see of every object besides its own fields. */
const identity = {
  apiVersion: text,
  kind: text,
  metadata: { type: 'object', properties: { name: text, generateName: text } },
};

/** A value nothing is known about. */
const dynamic: ValueShape = { type: 'dyn', convert: convertDynamic };

function convertDynamic(value: unknown): unknown {
  if (typeof value === 'number') return Number.isSafeInteger(value) ? BigInt(value) : value;
  if (Array.isArray(value)) return value.map(convertDynamic);
  if (!isRecord(value)) return value;
  return new Map(Object.entries(value).map(([field, item]) => [field, convertDynamic(item)]));
}

function listOf(item: ValueShape): ValueShape {
  return { type: `list<${item.type}>`, convert: (value) => (Array.isArray(value) ? value.map(item.convert) : []) };
}

function mapOf(item: ValueShape): ValueShape {
  return {
    type: `map<string, ${item.type}>`,
    convert: (value) =>
      new Map(Object.entries(isRecord(value) ? value : {}).map(([key, entry]) => [key, item.convert(entry)])),
  };
}

function stringShape(format: unknown): ValueShape {
  switch (format) {
    case 'date-time':
    case 'date':
      return { type: 'google.protobuf.Timestamp', convert: (value) => new Date(String(value)) };
    case 'byte':
      return { type: 'bytes', convert: (value) => new Uint8Array(Buffer.from(String(value), 'base64')) };
    case 'duration':
      return { type: 'google.protobuf.Duration', convert: (value) => evaluate('duration(text)', { text: value }) };
    default:
      return { type: 'string', convert: (value) => value };
  }
}

const keywords = new Set(
  'true false null in as break const continue else for function if import let loop package namespace return'.split(' '),
);

/**
 * The name of a field inside expressions, `undefined` when it cannot be named there: `a-b` is `a__dash__b`, `namespace`
 * is `__namespace__`.
 *
 * @see Kubernetes documentation "CustomResourceDefinition validation rules", "Escaping"
 */
export function celFieldName(name: string): string | undefined {
  if (!/^[A-Za-z_.\-/][A-Za-z0-9_.\-/]*$/.test(name)) return undefined;
  if (keywords.has(name)) return `__${name}__`;
  return name
    .replaceAll('__', '__underscores__')
    .replaceAll('.', '__dot__')
    .replaceAll('-', '__dash__')
    .replaceAll('/', '__slash__');
}
