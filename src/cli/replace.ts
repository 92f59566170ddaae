import { setTimeout as sleep } from 'node:timers/promises';
import { defaultObject } from '../api/defaults.ts';
import { hasCode } from '../base/errors.ts';
import type { Change, ChangeContext, ResourceToChange } from './change.ts';
import { changeFiles } from './change-resources.ts';
import type { CommandInput } from './command.ts';
import { refuseOverlap } from './refuse-overlap.ts';
import { notFound } from './resource-error.ts';

const attempts = 5;
const pauseMs = 1000;

/** `weft replace -f FILE`: only what exists. */
export function run(input: CommandInput): Promise<number> {
  return changeFiles(input, { name: 'replace', done: 'replaced', change: replaceResource });
}

/**
 * Writes the object over the one that exists, as calicoctl does: without a resourceVersion it is read and tried again
 * when somebody else is faster, with one a conflict is an error.
 *
 * @throws WeftError API_NOT_FOUND, API_CONFLICT, ...
 */
export async function replaceResource(context: ChangeContext, { kind, object }: ResourceToChange): Promise<Change> {
  const { cluster, access, dryRun } = context;
  const { name, namespace, resourceVersion } = object.metadata;
  await refuseOverlap(cluster, kind, object);
  for (let attempt = 1; ; attempt++) {
    const before = await access.get(name, namespace);
    if (before === undefined) throw notFound(kind, name);
    const { resourceVersion: version, uid, creationTimestamp } = before.metadata;
    const metadata = {
      ...object.metadata,
      // An exported file names the object of another day or cluster: it is replaced all the same.
      ...(uid === undefined ? {} : { uid }),
      ...(creationTimestamp === undefined ? {} : { creationTimestamp }),
      ...(version === undefined ? {} : { resourceVersion: resourceVersion ?? version }),
    };
    const wanted = { ...object, metadata };
    if (dryRun === 'client') return { done: true, before, after: clientView(kind, before, wanted) };
    try {
      return { done: true, before, after: await access.update(wanted, { dryRun: dryRun === 'server' }) };
    } catch (error) {
      if (!hasCode(error, 'API_CONFLICT') || resourceVersion !== undefined || attempt >= attempts) throw error;
    }
    await sleep(pauseMs);
  }
}

// A status of its own stays what it was.
function clientView(
  kind: ResourceToChange['kind'],
  before: ResourceToChange['object'],
  wanted: ResourceToChange['object'],
): ResourceToChange['object'] {
  const status = kind.status && 'status' in before ? { status: before.status } : {};
  return defaultObject(kind, { ...wanted, ...status });
}
