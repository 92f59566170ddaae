import { apiVersionOf } from '../../api/meta.ts';
import { timestamp } from '../../api/timestamp.ts';
import type { Context, WriteOptions } from '../context.ts';
import type { ApiObject, JsonRecord } from '../json.ts';
import { schemaOf } from '../openapi/schema-node.ts';
import type { Resource } from '../resource.ts';
import { asksForReset, decodeManagedFields, encodeManagedFields, recordUpdate } from './managed-fields.ts';

/**
 * The `metadata.managedFields` of an object after a write.
 *
 * A client may change them: `[{}]` forgets all, and other entries that are in order replace those there were (so kubectl
 * takes over what it applied on the client's side before). An object whose ownership nobody recorded stays so until it
 * is applied for the first time.
 *
 * @param before `undefined` for a new object
 * @param sent `metadata.managedFields` as the client sent them
 */
export function managedFieldsAfter(
  context: Context,
  resource: Resource,
  before: Readonly<ApiObject> | undefined,
  after: Readonly<ApiObject>,
  sent: unknown,
  options: WriteOptions,
): readonly JsonRecord[] | undefined {
  if (options.managedFields !== undefined) return options.managedFields;
  if (asksForReset(sent)) return undefined;
  const stored = decodeManagedFields(before?.metadata.managedFields) ?? [];
  const own = decodeManagedFields(sent) ?? [];
  const entries = own.length > 0 ? own : stored;
  if (options.manager === undefined || (before !== undefined && entries.length === 0))
    return encodeManagedFields(entries);
  const subresource = options.recordedSubresource ?? options.subresource;
  const writer = {
    manager: options.manager,
    operation: 'Update' as const,
    apiVersion: apiVersionOf(resource),
    ...(subresource !== undefined && { subresource }),
  };
  const now = timestamp(context.now());
  return encodeManagedFields(recordUpdate(schemaOf(resource), entries, before, after, writer, now));
}
