import { versionInfo } from '../discovery.ts';
import type { JsonRecord } from '../json.ts';
import type { Resource } from '../resource.ts';
import { servedResources } from '../served.ts';
import { simplifyForV2 } from './custom-definitions.ts';
import { collectDefinitions } from './definition-set.ts';
import { referencePrefix } from './definitions.ts';
import { operationsOf } from './operations.ts';
import { documentPaths, objectTypes, type PathWords } from './paths.ts';
import { rememberLast } from './remember-last.ts';

/**
 * The OpenAPI v2 document of everything that is served; the same object as long as the same is served.
 *
 * @see OpenAPI Specification 2.0 (Swagger); kubernetes.io "The Kubernetes API", OpenAPI V2
 */
export const openApiV2: (resources: readonly Resource[]) => JsonRecord = rememberLast(build);

function build(resources: readonly Resource[]): JsonRecord {
  const operations = operationsOf(servedResources(resources));
  const definitions = collectDefinitions(resources, operations);
  const schemas = [...definitions.schemas].map(
    ([name, schema]) => [name, definitions.custom.has(name) ? simplifyForV2(schema) : schema] as const,
  );
  return {
    swagger: '2.0',
    info: { title: 'Kubernetes', version: versionInfo.gitVersion },
    paths: documentPaths(operations, definitions, words),
    definitions: Object.fromEntries(schemas.toSorted(([a], [b]) => (a < b ? -1 : 1))),
  };
}

const words: PathWords = {
  request: (operation, body, types) => ({
    consumes: types,
    produces: objectTypes,
    parameters: [
      ...(body === undefined ? [] : [{ name: 'body', in: 'body', schema: { $ref: referencePrefix + body } }]),
      ...operation.query.map((parameter) => ({ ...parameter, in: 'query', uniqueItems: true })),
    ],
  }),
  answer: (name) => ({ schema: { $ref: referencePrefix + name } }),
  text: { type: 'string', uniqueItems: true },
};
