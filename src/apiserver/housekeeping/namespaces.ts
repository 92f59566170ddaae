import type { Context } from '../context.ts';
import { type DeleteOptions, deleteObject } from '../delete.ts';
import { arrayAt, ensureRecord } from '../json.ts';
import { builtInResource, storageKey } from '../resource.ts';
import { isRemovable } from '../write.ts';

/** What holds a namespace until its contents are gone. */
const namespaceFinalizer = 'kubernetes';

/** How contents go when what contains them goes: as if each had been deleted by hand. */
export const containedDeletion: DeleteOptions = {
  dryRun: false,
  gracePeriodSeconds: undefined,
  propagation: 'Background',
  uid: undefined,
  resourceVersion: undefined,
};

/**
 * Brings a deleted namespace closer to its end: deletes what is in it; when nothing is left, lets go of it.
 * Objects with finalizers and pods that still run keep it there. Idempotent.
 */
export function reconcileNamespace(context: Context, name: string): void {
  const { store, registry } = context;
  const resource = builtInResource('Namespace');
  const entry = store.get({ resource: storageKey(resource), namespace: '', name });
  if (entry?.object.metadata.deletionTimestamp === undefined) return;
  let left = 0;
  for (const key of store.resources()) {
    const contents = store.scan(key, name);
    const contained = contents.length > 0 ? registry.findStored(key) : undefined;
    for (const item of contents) {
      if (contained !== undefined && item.object.metadata.deletionTimestamp === undefined) {
        deleteObject(context, contained, item, containedDeletion);
      }
      if (store.get(item) !== undefined) left += 1;
    }
  }
  if (left > 0) return;
  const next = entry.copy();
  // Others let go of it themselves, through /finalize.
  const spec = ensureRecord(next, 'spec');
  spec.finalizers = arrayAt(spec, 'finalizers').filter((finalizer) => finalizer !== namespaceFinalizer);
  if (isRemovable(resource, next)) store.remove(entry);
  else if (JSON.stringify(next) !== entry.text) store.put(entry, next);
}
