import protobuf from 'protobufjs/light.js';
import { errorText, WeftError } from '../../base/errors.ts';

/** Messages whose JSON form is not an object of their fields, with the fields they have: number -> name. */
const specials = {
  /** meta/v1 Time and MicroTime. */
  Time: { 1: 'seconds', 2: 'nanos' },
  /** resource.Quantity. */
  Quantity: { 1: 'string' },
  /** util/intstr: `type` 0 is the number, 1 the text. */
  IntOrString: { 1: 'type', 2: 'intVal', 3: 'strVal' },
  /** meta/v1 FieldsV1 and runtime.RawExtension: JSON text. */
  Json: { 1: 'raw' },
  /** authorization/v1 ExtraValue. */
  Strings: { 1: 'items' },
} as const satisfies Record<string, Readonly<Record<number, string>>>;

type SpecialName = keyof typeof specials;

/** True for messages that {@link decodeSpecial} knows. */
export function isSpecial(type: string): type is SpecialName {
  return Object.hasOwn(specials, type);
}

/**
 * The JSON form of a message that has one of its own; `undefined` for a time that is not set.
 *
 * @throws WeftError `PROTOBUF`
 */
export function decodeSpecial(type: SpecialName, bytes: Uint8Array, path: string): unknown {
  const { numbers, texts } = readParts(type, bytes, path);
  switch (type) {
    case 'Time':
      return timeText(numbers.get('seconds') ?? 0, numbers.get('nanos') ?? 0, path);
    case 'Quantity':
      return texts.at(-1) ?? '0';
    case 'IntOrString':
      return numbers.get('type') === 1 ? (texts.at(-1) ?? '') : (numbers.get('intVal') ?? 0);
    case 'Strings':
      return texts;
    case 'Json':
      return parseJson(texts.at(-1) ?? 'null', path);
  }
}

interface Parts {
  readonly numbers: ReadonlyMap<string, number>;
  readonly texts: readonly string[];
}

function readParts(type: SpecialName, bytes: Uint8Array, path: string): Parts {
  const reader = protobuf.Reader.create(bytes);
  const names: Readonly<Record<number, string>> = specials[type];
  const numbers = new Map<string, number>();
  const texts: string[] = [];
  while (reader.pos < reader.len) {
    const tag = reader.uint32();
    const name = names[tag >>> 3];
    if (name === undefined) throw new WeftError('PROTOBUF', `unknown field number ${tag >>> 3} in ${type} at ${path}`);
    if ((tag & 7) === 2) texts.push(new TextDecoder('utf-8', { fatal: true }).decode(reader.bytes()));
    else if ((tag & 7) === 0) numbers.set(name, Number(String(reader.int64())));
    else throw new WeftError('PROTOBUF', `${path}: found wire type ${tag & 7}, needed 0 or 2`);
  }
  return { numbers, texts };
}

/** RFC 3339, with as many digits behind the point as there are. */
function timeText(seconds: number, nanos: number, path: string): string | undefined {
  if (seconds === 0 && nanos === 0) return undefined;
  const date = new Date(seconds * 1000);
  if (Number.isNaN(date.getTime())) throw new WeftError('PROTOBUF', `${path}: ${seconds} s is no time`);
  const micros = Math.floor(nanos / 1000);
  const fraction = micros === 0 ? '' : `.${String(micros).padStart(6, '0')}`;
  return `${date.toISOString().slice(0, -5)}${fraction}Z`;
}

function parseJson(text: string, path: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new WeftError('PROTOBUF', `${path}: ${errorText(error)}`, { cause: error });
  }
}
