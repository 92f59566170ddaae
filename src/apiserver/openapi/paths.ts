import type { JsonRecord } from '../json.ts';
import { type DefinitionSet, deleteOptionsName, patchName, statusName } from './definition-set.ts';
import type { Operation } from './operations.ts';

/** What the two versions of OpenAPI write in different words. */
export interface PathWords {
  /** Parameters and body of an operation; `body` is the name of a definition, `types` are its media types. */
  request(operation: Operation, body: string | undefined, types: readonly string[]): JsonRecord;
  /** The content of an answer that is an object of this definition. */
  answer(definition: string): JsonRecord;
  /** The type of a parameter in a path. */
  readonly text: JsonRecord;
}

/** The media types of answers, and of bodies that are objects. */
export const objectTypes: readonly string[] = ['application/json', 'application/yaml'];

/** The media types of what an operation takes; custom kinds know no strategic merge patch. */
function bodyTypes(operation: Operation, custom: boolean): readonly string[] {
  if (operation.body !== 'patch') return objectTypes;
  return [
    'application/apply-patch+yaml',
    'application/json-patch+json',
    'application/merge-patch+json',
    ...(custom ? [] : ['application/strategic-merge-patch+json']),
  ];
}

/** The `paths` of a document. */
export function documentPaths(
  operations: readonly Operation[],
  definitions: DefinitionSet,
  words: PathWords,
): JsonRecord {
  const paths: Record<string, JsonRecord> = {};
  for (const operation of operations) {
    paths[operation.path] ??= { parameters: pathParameters(operation.path, words) };
    paths[operation.path] = { ...paths[operation.path], [operation.method]: describe(operation, definitions, words) };
  }
  return paths;
}

function describe(operation: Operation, definitions: DefinitionSet, words: PathWords): JsonRecord {
  const { kind } = operation;
  const answer = operation.answer === 'status' ? statusName : definitions.nameOf(kind, operation.answer === 'list');
  const bodies = { object: definitions.nameOf(kind, false), patch: patchName, 'delete-options': deleteOptionsName };
  return {
    description: operation.description,
    operationId: operation.id,
    ...words.request(
      operation,
      operation.body && bodies[operation.body],
      bodyTypes(operation, definitions.isCustom(kind)),
    ),
    responses: {
      '200': { description: 'OK', ...(answer !== undefined && words.answer(answer)) },
      '401': { description: 'Unauthorized' },
    },
    'x-kubernetes-action': operation.action,
    'x-kubernetes-group-version-kind': kind,
  };
}

function pathParameters(path: string, words: PathWords): JsonRecord[] {
  return [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => ({
    name,
    in: 'path',
    required: true,
    description: `${name} of the object`,
    ...words.text,
  }));
}
