import { isDeepStrictEqual } from 'node:util';
import { type ApiObject, type JsonRecord, recordAt } from '../json.ts';
import { type Cause, forbiddenValue, invalidValue, requiredValue } from '../status-error.ts';

const key = /^(?!\.{1,2}$)(?!\.\.)[-._a-zA-Z0-9]{1,253}$/;
const keyWhy =
  "a valid config key must consist of alphanumeric characters, '-', '_' or '.', at most 253, and must not begin with '..'";
/** Bytes of all values of one object. */
const maxBytes = 1024 * 1024;

/** What is wrong with the keys and the size of a ConfigMap or Secret. */
export function validateData(object: Readonly<ApiObject>): Cause[] {
  const data = recordAt(object, 'data') ?? {};
  const binary = recordAt(object, 'binaryData') ?? {};
  const causes = [
    ...Object.keys(data).flatMap((name) => badKey('data', name)),
    ...Object.keys(binary).flatMap((name) => badKey('binaryData', name)),
    ...Object.keys(binary)
      .filter((name) => Object.hasOwn(data, name))
      .map((name) => invalidValue(`data[${name}]`, name, 'duplicate of key present in binaryData')),
  ];
  const base64 = [...Object.values(binary), ...(object.kind === 'Secret' ? Object.values(data) : [])];
  const plain = object.kind === 'Secret' ? [] : Object.values(data);
  const bytes =
    base64.reduce<number>((sum, text) => sum + Buffer.byteLength(String(text), 'base64'), 0) +
    plain.reduce<number>((sum, text) => sum + Buffer.byteLength(String(text)), 0);
  causes.push(...missingKeys(object, data));
  if (bytes <= maxBytes) return causes;
  const message = `Too long: may not be more than ${maxBytes} bytes`;
  return [...causes, { field: 'data', reason: 'FieldValueTooLong', message }];
}

/** What a Secret of a type must have; of `kubernetes.io/basic-auth` either key will do. */
const neededKeys: ReadonlyMap<unknown, readonly string[]> = new Map(
  Object.entries({
    'kubernetes.io/dockercfg': ['.dockercfg'],
    'kubernetes.io/dockerconfigjson': ['.dockerconfigjson'],
    'kubernetes.io/ssh-auth': ['ssh-privatekey'],
    'kubernetes.io/tls': ['tls.crt', 'tls.key'],
  }),
);

function missingKeys(object: Readonly<ApiObject>, data: JsonRecord): Cause[] {
  if (object.kind !== 'Secret') return [];
  if (object.type === 'kubernetes.io/basic-auth') {
    if (Object.hasOwn(data, 'username') || Object.hasOwn(data, 'password')) return [];
    return [requiredValue('data[username]'), requiredValue('data[password]')];
  }
  const needed = neededKeys.get(object.type) ?? [];
  return needed.filter((name) => !Object.hasOwn(data, name)).map((name) => requiredValue(`data[${name}]`));
}

function badKey(field: string, name: string): Cause[] {
  return key.test(name) ? [] : [invalidValue(`${field}[${name}]`, name, keyWhy)];
}

/** What an update of a ConfigMap or Secret changes and may not. */
export function validateDataChange(object: Readonly<ApiObject>, old: Readonly<ApiObject>): Cause[] {
  const type = object.type === old.type ? [] : [invalidValue('type', object.type, 'field is immutable')];
  if (old.immutable !== true) return type;
  const changed = ['data', 'binaryData', 'immutable'].filter((field) => !isDeepStrictEqual(object[field], old[field]));
  return [...type, ...changed.map((field) => forbiddenValue(field, 'field is immutable when `immutable` is set'))];
}
