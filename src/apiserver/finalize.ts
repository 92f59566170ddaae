import type { Context, Outcome, WriteOptions } from './context.ts';
import { type ApiObject, arrayAt, ensureRecord, type JsonRecord } from './json.ts';
import { builtInResource } from './resource.ts';
import { conflict, notFound } from './status-error.ts';
import type { EntryKey } from './storage/entry.ts';
import { asObject, isRemovable } from './write.ts';

/**
 * PUT `namespaces/NAME/finalize`: sets `spec.finalizers` and nothing else. A namespace that is being deleted and that
 * nothing holds any more is gone with it.
 *
 * @throws StatusError 400, 404, 409
 */
export function finalizeNamespace(context: Context, key: EntryKey, body: JsonRecord, options: WriteOptions): Outcome {
  const namespaces = builtInResource('Namespace');
  const old = context.store.get(key);
  if (old === undefined) throw notFound(namespaces, key.name);
  const sent = asObject(namespaces, body);
  const version = sent.metadata.resourceVersion;
  if (version && version !== String(old.version)) throw conflict(namespaces, key.name);
  const next: ApiObject = old.copy();
  const finalizers = arrayAt(sent, 'spec', 'finalizers');
  const spec = ensureRecord(next, 'spec');
  if (finalizers.length > 0) spec.finalizers = finalizers;
  else delete spec.finalizers;
  if (options.dryRun) return { status: 200, text: JSON.stringify(next), warnings: [] };
  const stored = context.store.put(old, next);
  if (isRemovable(namespaces, next)) context.store.remove(old);
  return { status: 200, text: stored.text, warnings: [] };
}
