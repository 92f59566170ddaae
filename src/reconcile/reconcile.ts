import type { Outcome } from './outcome.ts';
import { runPlan } from './plan.ts';
import type { Resource } from './resource.ts';
import { step } from './step.ts';

/**
 * One resource alone: list ours, diff with desired, apply, list again. What still differs then without an error is
 * drift. Never throws but for an aborted signal.
 */
export function reconcile<V>(resource: Resource<V>, desired: readonly V[], signal: AbortSignal): Promise<Outcome> {
  return runPlan([step(resource, desired)], signal);
}
