import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import protobuf from 'protobufjs/light.js';
import { startTestServer, type TestServer } from '../testing/test-client.ts';
import { encodeOpenApi } from './encode-openapi.ts';

/** The parts of gnostic's OpenAPIv2.proto that kubectl reads, for decoding what was encoded. */
const root = protobuf.Root.fromJSON({
  nested: {
    Any: { fields: { yaml: { type: 'string', id: 2 } } },
    NamedAny: { fields: { name: { type: 'string', id: 1 }, value: { type: 'Any', id: 2 } } },
    TypeItem: { fields: { value: { rule: 'repeated', type: 'string', id: 1 } } },
    ItemsItem: { fields: { schema: { rule: 'repeated', type: 'Schema', id: 1 } } },
    AdditionalPropertiesItem: { fields: { schema: { type: 'Schema', id: 1 }, boolean: { type: 'bool', id: 2 } } },
    Properties: { fields: { all: { rule: 'repeated', type: 'NamedSchema', id: 1 } } },
    NamedSchema: { fields: { name: { type: 'string', id: 1 }, value: { type: 'Schema', id: 2 } } },
    Schema: {
      fields: {
        ref: { type: 'string', id: 1 },
        description: { type: 'string', id: 4 },
        default: { type: 'Any', id: 5 },
        maximum: { type: 'double', id: 7 },
        maxLength: { type: 'int64', id: 11 },
        required: { rule: 'repeated', type: 'string', id: 19 },
        enum: { rule: 'repeated', type: 'Any', id: 20 },
        additionalProperties: { type: 'AdditionalPropertiesItem', id: 21 },
        type: { type: 'TypeItem', id: 22 },
        items: { type: 'ItemsItem', id: 23 },
        properties: { type: 'Properties', id: 25 },
        extensions: { rule: 'repeated', type: 'NamedAny', id: 31 },
      },
    },
    Body: {
      fields: { name: { type: 'string', id: 2 }, in: { type: 'string', id: 3 }, schema: { type: 'Schema', id: 5 } },
    },
    Query: {
      fields: { in: { type: 'string', id: 2 }, name: { type: 'string', id: 4 }, type: { type: 'string', id: 6 } },
    },
    Path: {
      fields: {
        required: { type: 'bool', id: 1 },
        in: { type: 'string', id: 2 },
        name: { type: 'string', id: 4 },
        type: { type: 'string', id: 5 },
      },
    },
    NonBody: { fields: { query: { type: 'Query', id: 3 }, path: { type: 'Path', id: 4 } } },
    Parameter: { fields: { body: { type: 'Body', id: 1 }, other: { type: 'NonBody', id: 2 } } },
    ParametersItem: { fields: { parameter: { type: 'Parameter', id: 1 } } },
    SchemaItem: { fields: { schema: { type: 'Schema', id: 1 } } },
    Response: { fields: { description: { type: 'string', id: 1 }, schema: { type: 'SchemaItem', id: 2 } } },
    ResponseValue: { fields: { response: { type: 'Response', id: 1 } } },
    NamedResponse: { fields: { name: { type: 'string', id: 1 }, value: { type: 'ResponseValue', id: 2 } } },
    Responses: { fields: { codes: { rule: 'repeated', type: 'NamedResponse', id: 1 } } },
    Operation: {
      fields: {
        operationId: { type: 'string', id: 5 },
        parameters: { rule: 'repeated', type: 'ParametersItem', id: 8 },
        responses: { type: 'Responses', id: 9 },
        extensions: { rule: 'repeated', type: 'NamedAny', id: 13 },
      },
    },
    PathItem: { fields: { patch: { type: 'Operation', id: 8 } } },
    NamedPath: { fields: { name: { type: 'string', id: 1 }, value: { type: 'PathItem', id: 2 } } },
    Paths: { fields: { all: { rule: 'repeated', type: 'NamedPath', id: 2 } } },
    Definitions: { fields: { all: { rule: 'repeated', type: 'NamedSchema', id: 1 } } },
    Info: { fields: { title: { type: 'string', id: 1 } } },
    Document: {
      fields: {
        swagger: { type: 'string', id: 1 },
        info: { type: 'Info', id: 2 },
        paths: { type: 'Paths', id: 8 },
        definitions: { type: 'Definitions', id: 9 },
      },
    },
  },
});

function decode(bytes: Uint8Array): unknown {
  const type = root.lookupType('Document');
  return type.toObject(type.decode(bytes), { longs: Number });
}

test('openapi as protobuf: schema words -> their fields, x- words as extensions', () => {
  const schema = {
    type: 'object',
    description: 'd',
    required: ['a'],
    properties: {
      a: { type: 'array', items: { $ref: '#/definitions/B' }, 'x-kubernetes-list-type': 'map' },
      b: { type: 'string', enum: ['x', 'y'], default: 'x', maxLength: 7 },
      c: { additionalProperties: { type: 'number', maximum: 1.5 } },
      d: { additionalProperties: true },
    },
  };
  const document = { swagger: '2.0', info: { title: 't' }, definitions: { A: schema } };
  assert.deepEqual(decode(encodeOpenApi(document)), {
    swagger: '2.0',
    info: { title: 't' },
    definitions: {
      all: [
        {
          name: 'A',
          value: {
            type: { value: ['object'] },
            description: 'd',
            required: ['a'],
            properties: {
              all: [
                {
                  name: 'a',
                  value: {
                    type: { value: ['array'] },
                    items: { schema: [{ ref: '#/definitions/B' }] },
                    extensions: [{ name: 'x-kubernetes-list-type', value: { yaml: '"map"' } }],
                  },
                },
                {
                  name: 'b',
                  value: {
                    type: { value: ['string'] },
                    enum: [{ yaml: '"x"' }, { yaml: '"y"' }],
                    default: { yaml: '"x"' },
                    maxLength: 7,
                  },
                },
                {
                  name: 'c',
                  value: { additionalProperties: { schema: { type: { value: ['number'] }, maximum: 1.5 } } },
                },
                { name: 'd', value: { additionalProperties: { boolean: true } } },
              ],
            },
          },
        },
      ],
    },
  });
});

test('openapi as protobuf: operation -> parameters by place, responses, extension', () => {
  const patch = {
    operationId: 'p',
    parameters: [
      { name: 'body', in: 'body', schema: { $ref: '#/definitions/B' } },
      { name: 'dryRun', in: 'query', type: 'string' },
      { name: 'name', in: 'path', type: 'string', required: true },
    ],
    responses: { 200: { description: 'OK', schema: { $ref: '#/definitions/B' } } },
    'x-kubernetes-action': 'patch',
  };
  assert.deepEqual(decode(encodeOpenApi({ swagger: '2.0', paths: { '/a': { patch } } })), {
    swagger: '2.0',
    paths: {
      all: [
        {
          name: '/a',
          value: {
            patch: {
              operationId: 'p',
              parameters: [
                { parameter: { body: { name: 'body', in: 'body', schema: { ref: '#/definitions/B' } } } },
                { parameter: { other: { query: { name: 'dryRun', in: 'query', type: 'string' } } } },
                { parameter: { other: { path: { name: 'name', in: 'path', type: 'string', required: true } } } },
              ],
              responses: {
                codes: [
                  {
                    name: '200',
                    value: { response: { description: 'OK', schema: { schema: { ref: '#/definitions/B' } } } },
                  },
                ],
              },
              extensions: [{ name: 'x-kubernetes-action', value: { yaml: '"patch"' } }],
            },
          },
        },
      ],
    },
  });
});

test('openapi as protobuf: a word without a field -> RangeError, never dropped', () => {
  assert.throws(() => encodeOpenApi({ swagger: '2.0', definitions: { A: { strange: 1 } } }), RangeError);
  assert.throws(() => encodeOpenApi({ strange: 1 }), RangeError);
});

let api: TestServer;
before(async () => {
  api = await startTestServer();
});
after(() => api.stop());

test('openapi as protobuf: asked for -> the whole document in a media type Go can parse; ETag -> 304', async () => {
  const accept = 'application/com.github.proto-openapi.spec.v2@v1.0+protobuf';
  const first = await api.get('/openapi/v2', accept);
  assert.equal(first.status, 200);
  assert.equal(first.headers['content-type'], accept.replace('@', '.'));
  const etag = String(first.headers.etag);
  const again = await api.call('GET', '/openapi/v2', undefined, undefined, { accept, 'if-none-match': etag });
  assert.equal(again.status, 304);
  const json = await api.get('/openapi/v2', 'application/json');
  assert.equal(json.body.swagger, '2.0');
});
