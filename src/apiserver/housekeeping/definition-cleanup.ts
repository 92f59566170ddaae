import type { Context } from '../context.ts';
import { cleanupFinalizer } from '../definitions.ts';
import { deleteObject } from '../delete.ts';
import { customResourceDefinitions, storageKey } from '../resource.ts';
import { isRemovable } from '../write.ts';
import { containedDeletion } from './namespaces.ts';

/** Brings a deleted definition closer to its end: deletes its objects; when none is left, lets go of it. Idempotent. */
export function reconcileDefinition(context: Context, name: string): void {
  const { store, registry } = context;
  const entry = store.get({ resource: storageKey(customResourceDefinitions), namespace: '', name });
  if (entry?.object.metadata.deletionTimestamp === undefined) return;
  const resource = registry.findStored(name);
  for (const item of store.scan(name)) {
    if (resource !== undefined && item.object.metadata.deletionTimestamp === undefined) {
      deleteObject(context, resource, item, { ...containedDeletion, withDefinition: true });
    }
  }
  if (store.scan(name).length > 0) return;
  const next = entry.copy();
  next.metadata.finalizers = (next.metadata.finalizers ?? []).filter((finalizer) => finalizer !== cleanupFinalizer);
  if (isRemovable(customResourceDefinitions, next)) store.remove(entry);
  else if (JSON.stringify(next) !== entry.text) store.put(entry, next);
}
