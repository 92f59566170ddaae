import { isRecord } from '../../base/is-record.ts';
import { versionInfo } from '../discovery.ts';
import type { JsonRecord } from '../json.ts';
import type { Resource } from '../resource.ts';
import type { Served } from '../served.ts';
import { collectDefinitions } from './definition-set.ts';
import { referencePrefix, type Schema } from './definitions.ts';
import { operationsOf } from './operations.ts';
import { documentPaths, objectTypes, type PathWords } from './paths.ts';

/**
 * The OpenAPI v3 document of one group version: schemas of its kinds and operations of its paths.
 *
 * @param served what there is in this group version
 * @param resources the resources among it
 * @see OpenAPI Specification 3.0.0; kubernetes.io "The Kubernetes API", OpenAPI V3
 */
export function openApiV3(served: readonly Served[], resources: readonly Resource[]): JsonRecord {
  const operations = operationsOf(served);
  const definitions = collectDefinitions(resources, operations);
  const schemas = [...definitions.schemas].map(([name, schema]) => [name, schemaInV3(name, schema)] as const);
  return {
    openapi: '3.0.0',
    info: { title: 'Kubernetes', version: versionInfo.gitVersion },
    paths: documentPaths(operations, definitions, words),
    components: { schemas: Object.fromEntries(schemas.toSorted(([a], [b]) => (a < b ? -1 : 1))) },
  };
}

const words: PathWords = {
  request: (operation, body, types) => ({
    parameters: operation.query.map(({ name, type, description }) => ({
      name,
      in: 'query',
      description,
      schema: { type, uniqueItems: true },
    })),
    ...(body !== undefined && { requestBody: contents(types, body) }),
  }),
  answer: (name) => contents(objectTypes, name),
  text: { schema: { type: 'string', uniqueItems: true } },
};

function contents(types: readonly string[], name: string): JsonRecord {
  const content = { schema: { $ref: newPrefix + name } };
  return { content: Object.fromEntries(types.map((type) => [type, content])) };
}

const newPrefix = '#/components/schemas/';
const cache = new WeakMap<Schema, JsonRecord>();

function schemaInV3(name: string, schema: Schema): JsonRecord {
  let found = cache.get(schema);
  if (found === undefined) {
    found = convert(schema);
    if (name.endsWith('.Quantity')) found = alternatives(found, 'string', 'number');
    cache.set(schema, found);
  }
  return found;
}

/** References become those of v3; one with words beside it is put into `allOf`, where v3 allows that. */
function convert(schema: Schema): JsonRecord {
  const out: JsonRecord = {};
  for (const [word, value] of Object.entries(schema)) {
    if (word === '$ref' && typeof value === 'string') {
      const reference = { $ref: newPrefix + value.slice(referencePrefix.length) };
      if (Object.keys(schema).length === 1) return reference;
      out.allOf = [reference];
    } else if (word === 'properties' && isRecord(value)) {
      out.properties = Object.fromEntries(
        Object.entries(value).map(([name, field]) => [name, isRecord(field) ? convert(field) : field]),
      );
    } else if ((word === 'items' || word === 'additionalProperties') && isRecord(value)) out[word] = convert(value);
    else out[word] = value;
  }
  return out.format === 'int-or-string' ? alternatives(out, 'integer', 'string') : out;
}

function alternatives({ type: _type, ...rest }: JsonRecord, ...types: readonly string[]): JsonRecord {
  return { ...rest, oneOf: types.map((type) => ({ type })) };
}
