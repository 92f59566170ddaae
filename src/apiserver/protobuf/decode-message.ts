import protobuf from 'protobufjs/light.js';
import { WeftError } from '../../base/errors.ts';
import type { JsonRecord } from '../json.ts';
import { decodeSpecial, isSpecial } from './decode-special.ts';
import type { MessageField } from './message-table.ts';
import { messageFields } from './messages.ts';

/** The wire types that occur. @see protobuf.dev "Encoding" */
const wire = { varint: 0, fixed64: 1, bytes: 2 } as const;
/** Deeper than any kind nests, shallow enough for the stack. */
const maxDepth = 64;

/**
 * Decodes a message into the JSON form of the same object. Empty values of fields that Go always sends are left out,
 * as its JSON form does.
 *
 * @param path where the message is, for errors: `spec.template`
 * @throws WeftError `PROTOBUF` for a field that is not known, a value that does not fit, or bytes that end too early
 */
export function decodeMessage(name: string, bytes: Uint8Array, path = '', depth = 0): JsonRecord {
  if (depth > maxDepth) throw new WeftError('PROTOBUF', `nested deeper than ${maxDepth} levels`);
  const reader = protobuf.Reader.create(bytes);
  const fields = messageFields(name);
  const object: JsonRecord = {};
  while (reader.pos < reader.len) {
    const tag = reader.uint32();
    const field = fields.get(tag >>> 3);
    const place = field === undefined ? path : path === '' ? field.name : `${path}.${field.name}`;
    if (field === undefined) {
      throw new WeftError(
        'PROTOBUF',
        `unknown field number ${tag >>> 3} in ${name}${path === '' ? '' : ` at ${path}`}`,
      );
    }
    readField(object, field, { reader, wireType: tag & 7, path: place, depth });
  }
  return object;
}

/** Where a value is read from. */
interface Source {
  readonly reader: protobuf.Reader;
  readonly wireType: number;
  /** Of the field, for errors. */
  readonly path: string;
  readonly depth: number;
}

function readField(object: JsonRecord, field: MessageField, source: Source): void {
  const { name, form } = field;
  if (form === 'map') {
    const [key, value] = readEntry(field, source);
    const known = object[name] as JsonRecord | undefined;
    const map = known ?? {};
    // As data, whatever the key is called.
    Object.defineProperty(map, key, { value, writable: true, enumerable: true, configurable: true });
    object[name] = map;
    return;
  }
  const value = readValue(field.type, source);
  if (form === 'list') {
    const known = object[name] as unknown[] | undefined;
    if (known === undefined) object[name] = [value];
    else known.push(value);
  } else if (field.inline) Object.assign(object, value);
  else if (value !== undefined && (field.keepsEmpty || !isEmpty(value))) object[name] = value;
}

function isEmpty(value: unknown): boolean {
  return value === '' || value === 0 || value === false;
}

/** A map travels as a list of messages with the key as field 1 and the value as field 2. */
function readEntry({ type }: MessageField, source: Source): [key: string, value: unknown] {
  expectWire(source, wire.bytes);
  const reader = protobuf.Reader.create(source.reader.bytes());
  let key = '';
  let value: unknown;
  while (reader.pos < reader.len) {
    const tag = reader.uint32();
    const inner = { ...source, reader, wireType: tag & 7 };
    if (tag >>> 3 === 1) key = String(readValue('string', inner));
    else if (tag >>> 3 === 2) value = readValue(type, inner);
    else throw new WeftError('PROTOBUF', `unknown field number ${tag >>> 3} in a map entry at ${source.path}`);
  }
  return [key, value ?? emptyValue(type)];
}

function emptyValue(type: string): unknown {
  if (type === 'string' || type === 'bytes') return '';
  return type === 'Quantity' ? '0' : {};
}

function readValue(type: string, source: Source): unknown {
  const { reader, path, depth } = source;
  switch (type) {
    case 'int':
      expectWire(source, wire.varint);
      return readInteger(reader, path);
    case 'bool':
      expectWire(source, wire.varint);
      return reader.bool();
    case 'double':
      expectWire(source, wire.fixed64);
      return reader.double();
    default:
      expectWire(source, wire.bytes);
  }
  const bytes = reader.bytes();
  if (type === 'string') return readText(bytes, path);
  if (type === 'bytes') return Buffer.from(bytes).toString('base64');
  return isSpecial(type) ? decodeSpecial(type, bytes, path) : decodeMessage(type, bytes, path, depth + 1);
}

function readInteger(reader: protobuf.Reader, path: string): number {
  const value = String(reader.int64());
  const number = Number(value);
  if (!Number.isSafeInteger(number)) throw new WeftError('PROTOBUF', `${path}: the number ${value} is too large`);
  return number;
}

/** @throws WeftError `PROTOBUF` when it is not UTF-8 */
function readText(bytes: Uint8Array, path: string): string {
  try {
    return utf8.decode(bytes);
  } catch (error) {
    throw new WeftError('PROTOBUF', `${path}: the text is not valid UTF-8`, { cause: error });
  }
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function expectWire({ wireType, path }: Source, expected: number): void {
  if (wireType === expected) return;
  throw new WeftError('PROTOBUF', `${path}: found wire type ${wireType}, needed ${expected}`);
}
