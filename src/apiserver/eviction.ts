import type { Context, Outcome } from './context.ts';
import { deleteObject, readDeleteOptions } from './delete.ts';
import type { Query } from './http/query.ts';
import { type JsonRecord, recordAt } from './json.ts';
import { builtInResource } from './resource.ts';
import type { EntryKey } from './storage/entry.ts';

/**
 * POST `pods/NAME/eviction`: deletes a pod as its `deleteOptions` say. There are no disruption budgets here that
 * could stand against it.
 *
 * @throws StatusError 400, 404, 409
 * @see policy/v1 Eviction
 */
export function evictPod(context: Context, key: EntryKey, body: JsonRecord, query: Query): Outcome {
  deleteObject(context, builtInResource('Pod'), key, readDeleteOptions(recordAt(body, 'deleteOptions'), query));
  return {
    status: 201,
    text: JSON.stringify({ kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', code: 201 }),
    warnings: [],
  };
}
