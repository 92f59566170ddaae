import jsonPatch, { type Operation } from 'fast-json-patch';
import { isRecord } from '../../base/is-record.ts';
import { maxBodyBytes } from '../http/body.ts';
import type { JsonRecord } from '../json.ts';
import type { Resource } from '../resource.ts';
import { badRequest, StatusError } from '../status-error.ts';

const maxOperations = 10_000;
const verbs = ['add', 'remove', 'replace', 'move', 'copy', 'test'];

/**
 * Applies a JSON patch to `target`, which it may change.
 *
 * @throws StatusError 400 for what is no JSON patch, 413 for one that is too large or makes the object so, 422 for an
 *   operation that does not fit the object; nothing of the patch is stored then
 * @see RFC 6902
 */
export function applyJsonPatch(resource: Resource, name: string, target: JsonRecord, patch: unknown): unknown {
  const operations = readOperations(patch);
  let copiedBytes = 0;
  let document: JsonRecord = target;
  for (const [index, operation] of operations.entries()) {
    try {
      if (operation.op === 'copy') copiedBytes += sizeAt(document, operation.from);
      if (copiedBytes > maxBodyBytes) throw tooMuch(`its copies add more than ${maxBodyBytes} bytes`);
      document = jsonPatch.applyOperation(document, operation, true, true, true, index).newDocument;
    } catch (error) {
      if (error instanceof StatusError) throw error;
      throw cannotApply(resource, name, index, operation, error);
    }
  }
  return document;
}

function readOperations(patch: unknown): readonly Operation[] {
  if (!Array.isArray(patch)) throw badRequest('a JSON patch must be a list of operations');
  if (patch.length > maxOperations) throw tooMuch(`it has ${patch.length} operations, allowed are ${maxOperations}`);
  for (const [index, operation] of patch.entries()) {
    const problem = operationProblem(operation);
    if (problem !== undefined) throw badRequest(`operation ${index} of the JSON patch ${problem}`);
  }
  // Safe: every item has just been looked through.
  return patch as Operation[];
}

/** What a JSON patch may not say, whatever the object is; `undefined` when it is in order. */
function operationProblem(operation: unknown): string | undefined {
  if (!isRecord(operation)) return `is ${JSON.stringify(operation)}, an object with "op" and "path" is needed`;
  const { op, path, from } = operation;
  if (typeof op !== 'string' || !verbs.includes(op)) {
    return `has the op ${JSON.stringify(op) ?? 'undefined'}, one of ${verbs.join(', ')} is needed`;
  }
  if (!isPointer(path))
    return `has the path ${JSON.stringify(path) ?? 'undefined'}, a JSON pointer like /spec/replicas is needed`;
  if ((op === 'move' || op === 'copy') && !isPointer(from)) {
    return `has the from ${JSON.stringify(from) ?? 'undefined'}, a JSON pointer like /spec/replicas is needed`;
  }
  if ((op === 'add' || op === 'replace' || op === 'test') && operation.value === undefined)
    return `(${op} ${path}) has no value`;
  return undefined;
}

function isPointer(text: unknown): text is string {
  return typeof text === 'string' && (text === '' || text.startsWith('/'));
}

function sizeAt(document: JsonRecord, pointer: string): number {
  return (JSON.stringify(jsonPatch.getValueByPointer(document, pointer)) ?? '').length;
}

/** The words of the library by its codes, in ours. */
const reasons: Readonly<Record<string, string>> = {
  OPERATION_PATH_UNRESOLVABLE: 'there is nothing at this path',
  OPERATION_FROM_UNRESOLVABLE: 'there is nothing to take from',
  OPERATION_PATH_CANNOT_ADD: 'there is nothing above this path to add to',
  OPERATION_PATH_ILLEGAL_ARRAY_INDEX: 'a position in the list, or "-" for its end, is needed',
  OPERATION_VALUE_OUT_OF_BOUNDS: 'the list is shorter than this position',
  TEST_OPERATION_FAILED: 'the value there is another one',
};

function cannotApply(
  resource: Resource,
  name: string,
  index: number,
  operation: Operation,
  error: unknown,
): StatusError {
  const code = isRecord(error) || error instanceof Error ? Reflect.get(error, 'name') : undefined;
  const why = reasons[String(code)] ?? 'it does not fit the object';
  const what = `operation ${index} (${operation.op} ${operation.path})`;
  const message = `the JSON patch cannot be applied to ${resource.plural} "${name}": ${what}: ${why}`;
  // Without details: kubectl shows the message of a 422 only where there is no kind and no name to show.
  return new StatusError(422, 'Invalid', message, {}, error);
}

function tooMuch(why: string): StatusError {
  return new StatusError(413, 'RequestEntityTooLarge', `the JSON patch is too large: ${why}`);
}
