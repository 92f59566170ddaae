import { isRecord } from '../base/is-record.ts';
import type { FieldError } from './field-error.ts';
import type { JsonSchema } from './json-schema.ts';

/** The reason of an error about a field the schema does not know. */
export const unknownField = 'field is not recognized or is in the wrong location';

const required = 'is required';

/**
 * True for an error about the shape of an object: a value of the wrong type, or a field that is missing. Code that reads
 * the object by its type must not run then; after errors about values it may.
 */
export function isShapeError({ reason }: FieldError): boolean {
  return reason === required || /^an? [a-z ]+ is needed$/.test(reason);
}

/**
 * Compares a value with a structural schema: types, enums, ranges, patterns, required and unknown fields. CEL rules are
 * not evaluated here; `validateObject` says the same in code.
 */
export function checkSchema(schema: JsonSchema, value: unknown, field: string): readonly FieldError[] {
  if (value === null && schema.nullable === true) return [];
  if (schema['x-kubernetes-int-or-string'] === true) {
    if (typeof value !== 'string' && !Number.isInteger(value)) {
      return [{ field, value, reason: 'an integer or a string is needed' }];
    }
  }
  if (schema.type !== undefined && !hasType(schema.type, value)) {
    return [{ field, value, reason: `${article(schema.type)} is needed` }];
  }
  if (schema.enum !== undefined && !schema.enum.includes(value)) {
    const reason = `supported values: ${schema.enum.map((one) => JSON.stringify(one)).join(', ')}`;
    return [{ field, value, reason, sort: 'unsupported' }];
  }
  if (typeof value === 'string') return checkText(schema, value, field);
  if (typeof value === 'number') return checkNumber(schema, value, field);
  if (Array.isArray(value)) return checkList(schema, value, field);
  if (typeof value === 'object' && value !== null) return checkObject(schema, value, field);
  return [];
}

function hasType(type: Exclude<JsonSchema['type'], undefined>, value: unknown): boolean {
  if (type === 'integer') return Number.isInteger(value);
  if (type === 'array') return Array.isArray(value);
  if (type === 'object') return isRecord(value);
  return typeof value === type;
}

function article(type: string): string {
  return /^[aeiou]/.test(type) ? `an ${type}` : `a ${type}`;
}

function checkText(schema: JsonSchema, value: string, field: string): readonly FieldError[] {
  if (schema.maxLength !== undefined && value.length > schema.maxLength) {
    return [{ field, value: `${value.slice(0, 40)}...`, reason: `longer than ${schema.maxLength} characters` }];
  }
  if (schema.pattern !== undefined && !new RegExp(schema.pattern, 'u').test(value)) {
    return [{ field, value, reason: `does not match ${schema.pattern}` }];
  }
  return [];
}

function checkNumber(schema: JsonSchema, value: number, field: string): readonly FieldError[] {
  if (schema.minimum !== undefined && value < schema.minimum) {
    return [{ field, value, reason: `at least ${schema.minimum} is needed` }];
  }
  if (schema.maximum !== undefined && value > schema.maximum) {
    return [{ field, value, reason: `at most ${schema.maximum} is allowed` }];
  }
  return [];
}

function checkList(schema: JsonSchema, value: readonly unknown[], field: string): readonly FieldError[] {
  if (schema.maxItems !== undefined && value.length > schema.maxItems) {
    return [{ field, reason: `${value.length} items found, at most ${schema.maxItems} allowed` }];
  }
  if (schema.minItems !== undefined && value.length < schema.minItems) {
    return [{ field, value, reason: `${value.length} items found, at least ${schema.minItems} needed` }];
  }
  const { items } = schema;
  if (schema['x-kubernetes-list-type'] === 'set' && new Set(value).size < value.length) {
    return [{ field, value, reason: 'an item is listed twice' }];
  }
  return items === undefined ? [] : value.flatMap((item, index) => checkSchema(items, item, `${field}[${index}]`));
}

function checkObject(schema: JsonSchema, value: object, field: string): readonly FieldError[] {
  const at = (key: string): string => (field === '' ? key : `${field}.${key}`);
  const errors: FieldError[] = (schema.required ?? [])
    .filter((key) => !Object.hasOwn(value, key))
    .map((key) => ({ field: at(key), reason: required }));
  for (const [key, item] of Object.entries(value)) {
    const known = schema.properties !== undefined && Object.hasOwn(schema.properties, key);
    const itemSchema = known ? schema.properties?.[key] : schema.additionalProperties;
    if (itemSchema !== undefined) errors.push(...checkSchema(itemSchema, item, at(key)));
    else if (schema.properties !== undefined && schema['x-kubernetes-preserve-unknown-fields'] !== true) {
      errors.push({ field: at(key), reason: unknownField });
    }
  }
  return errors;
}
