import { errorText, WeftError } from '../base/errors.ts';
import type { Changes } from '../reconcile/resource.ts';

/** How one value of a kind is written. */
export interface Writers<V> {
  readonly key: (value: V) => string;
  readonly create: (value: V) => void | Promise<void>;
  /** Default: as `create` of the new value. */
  readonly update?: (from: V, to: V) => void | Promise<void>;
  readonly remove: (value: V) => void | Promise<void>;
}

/** Writes changes one value at a time and collects what fails by key, so that one bad value never stops the others. */
export async function applyEach<V>(changes: Changes<V>, writers: Writers<V>): Promise<ReadonlyMap<string, Error>> {
  const failures = new Map<string, Error>();
  const attempt = async (value: V, write: () => void | Promise<void>): Promise<void> => {
    try {
      await write();
    } catch (error) {
      failures.set(writers.key(value), toError(error));
    }
  };
  for (const value of changes.create) await attempt(value, () => writers.create(value));
  for (const { from, to } of changes.update) {
    await attempt(to, () => (writers.update === undefined ? writers.create(to) : writers.update(from, to)));
  }
  for (const value of changes.remove) await attempt(value, () => writers.remove(value));
  return failures;
}

function toError(error: unknown): Error {
  return error instanceof Error ? error : new WeftError('HOST_APPLY', errorText(error));
}
