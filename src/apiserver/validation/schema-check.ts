import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv';
import { errorText } from '../../base/errors.ts';
import { isRecord } from '../../base/is-record.ts';
import { tryParseIp } from '../../net/ip.ts';
import type { JsonRecord } from '../json.ts';
import { type Cause, invalidValue, requiredValue, unsupportedValue } from '../status-error.ts';
import { TimeLimitError, withinTime } from '../time-limit.ts';
import { toJsonSchema } from './structural-schema.ts';

const compiled = new WeakMap<JsonRecord, ValidateFunction>();
const maxCauses = 20;
/** Milliseconds that the patterns of a schema may take on one object. */
const limitMs = 500;

/**
 * Checks an object against an `openAPIV3Schema`; compiled on first use, kept as long as the definition.
 *
 * @returns at most 20 causes in Kubernetes' words, empty when it fits
 */
export function checkAgainstSchema(schema: unknown, object: JsonRecord): Cause[] {
  if (!isRecord(schema)) return [];
  let validate = compiled.get(schema);
  if (validate === undefined) {
    validate = compileSchema(schema);
    compiled.set(schema, validate);
  }
  const check = validate;
  try {
    if (hasPatterns(schema) ? withinTime(limitMs, () => check(object)) : check(object)) return [];
  } catch (error) {
    if (!(error instanceof TimeLimitError)) throw error;
    return [
      {
        field: '',
        reason: 'FieldValueInvalid',
        message: `Invalid value: the patterns of the schema: ${error.message}`,
      },
    ];
  }
  const all = check.errors ?? [];
  const errors = all.filter((error) => !isConsequence(error, all));
  return errors.slice(0, maxCauses).map(toCause);
}

const patterned = new WeakMap<JsonRecord, boolean>();

/** Only regular expressions can take long: those of JavaScript backtrack. */
function hasPatterns(schema: JsonRecord): boolean {
  let found = patterned.get(schema);
  if (found === undefined) {
    found = JSON.stringify(schema).includes('"pattern":"');
    patterned.set(schema, found);
  }
  return found;
}

/** Why ajv cannot use a schema, `undefined` when it can: for the check of a CustomResourceDefinition. */
export function schemaProblem(schema: unknown): string | undefined {
  try {
    compileSchema(schema);
    return undefined;
  } catch (error) {
    return errorText(error);
  }
}

/** Knows the schema of schemas, which takes longer to compile than most schemas: once for all. */
const schemaReader = new Ajv({ strict: false, logger: false });

function compileSchema(schema: unknown): ValidateFunction {
  const converted = toJsonSchema(schema);
  schemaReader.validateSchema(converted, true);
  const ajv = new Ajv({
    ...{ allErrors: true, strict: false, verbose: true, validateFormats: true, logger: false },
    // Checked above. Making the code smaller would take longer than running it ever does.
    ...{ meta: false, validateSchema: false, code: { optimize: false } },
  });
  for (const [name, format] of Object.entries(formats)) ajv.addFormat(name, format);
  return ajv.compile(converted);
}

const int32 = 2 ** 31;
const formats = {
  'date-time': (text: string) => /^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)$/.test(text),
  date: (text: string) => /^\d{4}-\d\d-\d\d$/.test(text),
  byte: (text: string) => /^[A-Za-z0-9+/]*={0,2}$/.test(text),
  ipv4: (text: string) => tryParseIp(text)?.includes('.') === true,
  ipv6: (text: string) => tryParseIp(text)?.includes(':') === true,
  uuid: (text: string) => /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text),
  int32: { type: 'number' as const, validate: (value: number) => value >= -int32 && value < int32 },
  int64: { type: 'number' as const, validate: (value: number) => Number.isInteger(value) },
};

/** The branches of a failed anyOf that only say "not null", and the summary line beside a branch's own error. */
function isConsequence(error: ErrorObject, all: readonly ErrorObject[]): boolean {
  if (error.keyword === 'type' && error.params.type === 'null') return true;
  return (
    error.keyword === 'anyOf' && all.some((other) => other !== error && other.schemaPath.startsWith(error.schemaPath))
  );
}

function toCause(error: ErrorObject): Cause {
  const field = fieldPath(error.instancePath);
  const value: unknown = error.data;
  const below = (name: unknown) => (field === '' ? String(name) : `${field}.${String(name)}`);
  switch (error.keyword) {
    case 'required':
      return requiredValue(below(error.params.missingProperty));
    case 'enum':
      return unsupportedValue(
        field,
        value,
        Array.isArray(error.params.allowedValues) ? error.params.allowedValues : [],
      );
    case 'type': {
      const wanted = Array.isArray(error.params.type) ? error.params.type.join(' or ') : String(error.params.type);
      return {
        field,
        reason: 'FieldValueTypeInvalid',
        message: `Invalid value: "${typeName(value)}": ${field} in body must be of type ${wanted}: "${typeName(value)}"`,
      };
    }
    case 'pattern':
      return invalidValue(field, value, `${field} in body should match '${String(error.params.pattern)}'`);
    case 'minimum':
    case 'exclusiveMinimum':
      return invalidValue(
        field,
        value,
        `${field} in body should be greater than ${orEqual(error)}${String(error.params.limit)}`,
      );
    case 'maximum':
    case 'exclusiveMaximum':
      return invalidValue(
        field,
        value,
        `${field} in body should be less than ${orEqual(error)}${String(error.params.limit)}`,
      );
    case 'maxLength':
    case 'maxItems':
    case 'maxProperties':
      return {
        field,
        reason: 'FieldValueTooLong',
        message: `Too long: may not be more than ${String(error.params.limit)} ${error.keyword === 'maxLength' ? 'characters' : 'items'}`,
      };
    default:
      return invalidValue(field, short(value), `${field} in body ${error.message ?? 'does not fit the schema'}`);
  }
}

function orEqual(error: ErrorObject): string {
  return error.keyword.startsWith('exclusive') ? '' : 'or equal to ';
}

function short(value: unknown): unknown {
  return typeof value === 'object' && value !== null ? typeName(value) : value;
}

function typeName(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  return Number.isInteger(value) ? 'integer' : typeof value;
}

/** `/spec/ports/0/port` -> `spec.ports[0].port`. */
function fieldPath(pointer: string): string {
  return pointer
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))
    .reduce((path, part) => (/^\d+$/.test(part) ? `${path}[${part}]` : path === '' ? part : `${path}.${part}`), '');
}
