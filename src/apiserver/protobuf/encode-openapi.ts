import { isRecord } from '../../base/is-record.ts';
import type { JsonRecord } from '../json.ts';
import {
  bool,
  double,
  encodeWith,
  type FieldEncoder,
  integer,
  type MessageEncoder,
  nested,
  repeated,
  text,
  writeFields,
} from './encode-message.ts';

/**
 * An OpenAPI v2 document as `openapi.v2.Document`. Words that begin with `x-` become vendor extensions, whose values
 * travel as YAML (which JSON is).
 *
 * @throws RangeError for a word that the message has no field for
 * @see github.com/google/gnostic openapiv2/OpenAPIv2.proto
 */
export function encodeOpenApi(document: JsonRecord): Uint8Array {
  return encodeWith((writer) => {
    writeFields(writer, documentFields, document, (name) => {
      throw new RangeError(`Cannot encode "${name}" of an OpenAPI document`);
    });
  });
}

/** `openapi.v2.Any`: any JSON value. */
const any: FieldEncoder = nested((writer, value) => text(writer, 2, JSON.stringify(value)));

/** A message of its own, with vendor extensions in field `extension`. */
function message(fields: () => MessageEncoder, extension?: number): FieldEncoder {
  return nested((writer, value) => {
    if (!isRecord(value)) throw new RangeError(`Cannot encode ${JSON.stringify(value)}, an object is needed`);
    writeFields(writer, fields(), value, (name, word) => {
      if (extension === undefined || !name.startsWith('x-')) throw new RangeError(`Cannot encode word "${name}"`);
      pair(any)(writer, extension, [name, word]);
    });
  });
}

/** `NamedAny`, `NamedSchema`, ...: a name and its value. */
function pair(encoder: FieldEncoder): FieldEncoder {
  return nested((writer, entry) => {
    if (!Array.isArray(entry)) return;
    text(writer, 1, entry[0]);
    encoder(writer, 2, entry[1]);
  });
}

/** A map as a message that holds a list of pairs in field `number`. */
function named(encoder: FieldEncoder, field = 1): FieldEncoder {
  return nested((writer, value) => {
    for (const entry of Object.entries(isRecord(value) ? value : {})) pair(encoder)(writer, field, entry);
  });
}

const schemaFields: MessageEncoder = {
  $ref: [1, text],
  format: [2, text],
  title: [3, text],
  description: [4, text],
  default: [5, any],
  multipleOf: [6, double],
  maximum: [7, double],
  exclusiveMaximum: [8, bool],
  minimum: [9, double],
  exclusiveMinimum: [10, bool],
  maxLength: [11, integer],
  minLength: [12, integer],
  pattern: [13, text],
  maxItems: [14, integer],
  minItems: [15, integer],
  uniqueItems: [16, bool],
  maxProperties: [17, integer],
  minProperties: [18, integer],
  required: [19, repeated(text)],
  enum: [20, repeated(any)],
  additionalProperties: [
    21,
    nested((writer, value) => (isRecord(value) ? schema : bool)(writer, isRecord(value) ? 1 : 2, value)),
  ],
  type: [22, nested((writer, value) => repeated(text)(writer, 1, value))],
  items: [23, nested((writer, value) => repeated(schema)(writer, 1, value))],
  allOf: [24, (writer, number, value) => repeated(schema)(writer, number, value)],
  properties: [25, (writer, number, value) => named(schema)(writer, number, value)],
  example: [30, any],
};
const schema: FieldEncoder = message(() => schemaFields, 31);

/** Parameters in query and path have the same fields; in a query one more stands before the type. */
function valueParameter(shift: 0 | 1): FieldEncoder {
  const fields: MessageEncoder = {
    required: [1, bool],
    in: [2, text],
    description: [3, text],
    name: [4, text],
    type: [5 + shift, text],
    format: [6 + shift, text],
    uniqueItems: [19 + shift, bool],
    enum: [20 + shift, repeated(any)],
  };
  return message(() => fields, 22 + shift);
}

const bodyParameter = message(
  () => ({ description: [1, text], name: [2, text], in: [3, text], required: [4, bool], schema: [5, schema] }),
  6,
);
const queryParameter = valueParameter(1);
const pathParameter = valueParameter(0);

/** `ParametersItem` -> `Parameter` -> one message for each place a parameter may be in. */
const parameter: FieldEncoder = nested((writer, value) => {
  nested((inner) => {
    const place = isRecord(value) ? value.in : undefined;
    if (place === 'body') bodyParameter(inner, 1, value);
    else
      nested((last) => (place === 'path' ? pathParameter(last, 4, value) : queryParameter(last, 3, value)))(
        inner,
        2,
        value,
      );
  })(writer, 1, value);
});

/** `ResponseValue` -> `Response`. */
const response = nested((writer, value) =>
  message(() => ({ description: [1, text], schema: [2, nested((inner, one) => schema(inner, 1, one))] }), 5)(
    writer,
    1,
    value,
  ),
);

const operation = message(
  () => ({
    tags: [1, repeated(text)],
    summary: [2, text],
    description: [3, text],
    operationId: [5, text],
    produces: [6, repeated(text)],
    consumes: [7, repeated(text)],
    parameters: [8, repeated(parameter)],
    responses: [9, named(response)],
    schemes: [10, repeated(text)],
    deprecated: [11, bool],
  }),
  13,
);

const pathItem = message(
  () => ({
    get: [2, operation],
    put: [3, operation],
    post: [4, operation],
    delete: [5, operation],
    options: [6, operation],
    head: [7, operation],
    patch: [8, operation],
    parameters: [9, repeated(parameter)],
  }),
  10,
);

const documentFields: MessageEncoder = {
  swagger: [1, text],
  info: [2, message(() => ({ title: [1, text], version: [2, text], description: [3, text] }), 7)],
  consumes: [6, repeated(text)],
  produces: [7, repeated(text)],
  paths: [8, named(pathItem, 2)],
  definitions: [9, named(schema)],
};
