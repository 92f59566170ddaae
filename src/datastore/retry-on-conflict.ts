import { setTimeout as sleep } from 'node:timers/promises';
import type { Kind, KubernetesObject } from '../api/meta.ts';
import { hasCode, WeftError } from '../base/errors.ts';
import { backoffMs } from '../base/retry.ts';
import type { Cluster } from './cluster.ts';

const maxAttempts = 20;
const backoff = { firstMs: 10, maxMs: 500 };

/**
 * Reads an object, changes it and writes it back, again from the start whenever somebody else was faster.
 *
 * @param change gets the object as it is now; returns what to write, or `undefined` to leave it. May run several times.
 * @returns the object as it is afterwards; `undefined` when there is none
 * @throws WeftError API_CONFLICT when it was lost 20 times
 */
export async function retryOnConflict<T extends KubernetesObject>(
  cluster: Cluster,
  kind: Kind<T>,
  object: { readonly name: string; readonly namespace?: string },
  change: (current: T) => T | undefined,
): Promise<T | undefined> {
  for (let attempt = 0; attempt < maxAttempts; attempt++) {
    const current = await cluster.get(kind, object.name, object.namespace);
    if (current === undefined) return undefined;
    const wanted = change(current);
    if (wanted === undefined || wanted === current) return current;
    try {
      return await cluster.update(kind, wanted);
    } catch (error) {
      if (!hasCode(error, 'API_CONFLICT')) throw error;
    }
    await sleep(backoffMs(backoff, attempt, Math.random()));
  }
  throw new WeftError(
    'API_CONFLICT',
    `Cannot update ${kind.kind} "${object.name}": changed by others ${maxAttempts} times in a row`,
  );
}
