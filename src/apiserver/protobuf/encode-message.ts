import protobuf from 'protobufjs/light.js';
import type { JsonRecord } from '../json.ts';

/** Writes a JSON value as field `number` of the message that the writer is in. */
export type FieldEncoder = (writer: protobuf.Writer, number: number, value: unknown) => void;

/** The fields of a message: JSON name -> number and how its value is written. */
export type MessageEncoder = Readonly<Record<string, readonly [number: number, encoder: FieldEncoder]>>;

/** The wire type of everything that has a length. @see protobuf.dev "Encoding" */
const lengthDelimited = 2;

/** A text. */
export const text: FieldEncoder = (writer, number, value) => {
  writer.uint32(tag(number, lengthDelimited)).string(String(value));
};

/** A whole number. */
export const integer: FieldEncoder = (writer, number, value) => {
  writer.uint32(tag(number, 0)).int64(Number(value));
};

/** A number. */
export const double: FieldEncoder = (writer, number, value) => {
  writer.uint32(tag(number, 1)).double(Number(value));
};

/** True or false. */
export const bool: FieldEncoder = (writer, number, value) => {
  writer.uint32(tag(number, 0)).bool(value === true);
};

/** Each item of a list as a field of its own; a value that is no list as the only item. */
export function repeated(encoder: FieldEncoder): FieldEncoder {
  return (writer, number, value) => {
    for (const item of Array.isArray(value) ? value : [value]) encoder(writer, number, item);
  };
}

/** A message that `fill` writes. */
export function nested(fill: (writer: protobuf.Writer, value: unknown) => void): FieldEncoder {
  return (writer, number, value) => {
    writer.uint32(tag(number, lengthDelimited)).fork();
    fill(writer, value);
    writer.ldelim();
  };
}

/**
 * Writes the fields of an object into the message the writer is in.
 *
 * @param other what happens to names that the encoder does not have
 */
export function writeFields(
  writer: protobuf.Writer,
  fields: MessageEncoder,
  object: JsonRecord,
  other: (name: string, value: unknown) => void,
): void {
  for (const [name, value] of Object.entries(object)) {
    const field = Object.hasOwn(fields, name) ? fields[name] : undefined;
    if (field === undefined) other(name, value);
    else field[1](writer, field[0], value);
  }
}

/** A whole message. */
export function encodeWith(fill: (writer: protobuf.Writer) => void): Uint8Array {
  const writer = protobuf.Writer.create();
  fill(writer);
  return writer.finish();
}

function tag(number: number, wireType: number): number {
  return (number << 3) | wireType;
}
