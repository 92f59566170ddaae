import { errorText } from '../base/errors.ts';
import type { Outcome } from './outcome.ts';

/** Passes in a row that each resource failed in, and the reason of the last failure. Plain data; '{}' at start. */
export type FailureStreaks = ReadonlyMap<string, { readonly passes: number; readonly reason: string }>;

/** The streaks after one more pass. Resources that the pass did not touch (`looked` names those it did) keep theirs. */
export function nextStreaks(before: FailureStreaks, outcome: Outcome, looked: ReadonlySet<string>): FailureStreaks {
  const reasons = new Map<string, string>();
  for (const { resource, key } of outcome.drift) {
    reasons.set(resource, `${resource} "${key}" is not as desired after it was applied without error`);
  }
  // A named failure says more than drift; the first one says what the later ones follow from.
  for (const { resource, error } of outcome.failures.toReversed()) reasons.set(resource, errorText(error));
  const after = new Map([...before].filter(([name]) => !looked.has(name)));
  for (const [name, reason] of reasons) after.set(name, { passes: (before.get(name)?.passes ?? 0) + 1, reason });
  return after;
}

/** The resources that failed in at least `passes` passes in a row: `{resource: reason}`, for health and logs. */
export function degraded(streaks: FailureStreaks, passes = 2): ReadonlyMap<string, string> {
  const result = new Map<string, string>();
  for (const [name, streak] of streaks) if (streak.passes >= passes) result.set(name, streak.reason);
  return result;
}
