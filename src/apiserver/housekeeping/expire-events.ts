import type { Context } from '../context.ts';
import { stringAt } from '../json.ts';
import { builtInResource, storageKey } from '../resource.ts';

/** How long an Event is kept after it was seen last, as kube-apiserver has it by default. */
const eventLifeMs = 3_600_000;

/** Removes Events that nobody has reported for an hour. */
export function expireEvents(context: Context): void {
  const oldest = context.now() - eventLifeMs;
  for (const entry of context.store.scan(storageKey(builtInResource('Event')))) {
    const seen = stringAt(entry.object, 'lastTimestamp') ?? entry.object.metadata.creationTimestamp ?? '';
    if (Date.parse(seen) < oldest) context.store.remove(entry);
  }
}
