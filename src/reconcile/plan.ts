import { errorText, WeftError } from '../base/errors.ts';
import type { ChangeCount, Failure, Outcome } from './outcome.ts';
import type { Step, StepDiff } from './step.ts';

/** How a plan is carried out. */
export interface PlanOptions {
  /** Names of the steps to look at; all when absent. After a change that affects others, these are looked at, too. */
  readonly only?: ReadonlySet<string>;
  /** Rounds of list, diff, apply before what still differs is called drift. At least 1. */
  readonly maxRounds?: number;
}

/**
 * Brings all resources to their desired state: creates and updates in the order of the steps, removes in reverse, then
 * looks again until nothing differs. One key or one resource that fails never stops the others; a second round
 * also serves values that depend on a later step (a sysctl of a device that the link step makes).
 *
 * Never throws but for an aborted signal.
 */
export async function runPlan(
  steps: readonly Step[],
  signal: AbortSignal,
  options: PlanOptions = {},
): Promise<Outcome> {
  const counts = new Map<string, { created: number; updated: number; removed: number }>();
  let scope = options.only === undefined ? steps : steps.filter(({ name }) => options.only?.has(name));
  let failures: Failure[] = [];
  for (let round = 0; round < (options.maxRounds ?? 3); round++) {
    const result = await runRound(scope, signal, counts);
    failures = result.failures;
    if (result.differing === 0) return { changed: counts, failures, drift: [] };
    // Nothing succeeded: another round at once would fail in the same way.
    if (result.changed.size === 0) break;
    const all = scope.some(({ name, affectsOthers }) => affectsOthers && result.changed.has(name));
    const failed = new Set(failures.map(({ resource }) => resource));
    scope = all ? steps : scope.filter(({ name }) => result.changed.has(name) || failed.has(name));
  }
  const drift = await remainingDrift(scope, signal, failures);
  return { changed: counts, failures, drift };
}

interface Round {
  readonly failures: Failure[];
  differing: number;
  /** Names of the steps in which something was applied. */
  readonly changed: Set<string>;
}

async function runRound(
  steps: readonly Step[],
  signal: AbortSignal,
  counts: Map<string, { created: number; updated: number; removed: number }>,
): Promise<Round> {
  const round: Round = { failures: [], differing: 0, changed: new Set() };
  const removals: { name: string; diff: StepDiff; count: { -readonly [K in keyof ChangeCount]: number } }[] = [];
  let closedBy: string | undefined;
  for (const { name, gate, inspect } of steps) {
    const found = await tryInspect(name, inspect, signal, round.failures);
    if (found === undefined) {
      if (gate) closedBy ??= name;
      continue;
    }
    round.differing += found.forward.length + found.backward.length;
    const count = counts.get(name) ?? { created: 0, updated: 0, removed: 0 };
    if (found.backward.length > 0) removals.push({ name, diff: found, count });
    if (found.forward.length === 0) continue;
    const failed = closedBy === undefined ? await found.applyForward(signal) : withheld(found, closedBy);
    for (const { key, change } of found.forward) {
      const error = failed.get(key);
      if (error !== undefined) {
        round.failures.push({ resource: name, key, error });
        if (gate && change === 'create') closedBy ??= name;
        continue;
      }
      round.changed.add(name);
      if (change === 'create') count.created++;
      else count.updated++;
    }
    if (count.created + count.updated > 0) counts.set(name, count);
  }
  for (const { name, diff, count } of removals.toReversed()) {
    const failed = await diff.applyBackward(signal);
    for (const key of diff.backward) {
      const error = failed.get(key);
      if (error !== undefined) round.failures.push({ resource: name, key, error });
      else {
        round.changed.add(name);
        count.removed++;
        counts.set(name, count);
      }
    }
  }
  return round;
}

function withheld(found: StepDiff, gate: string): ReadonlyMap<string, Error> {
  const error = new WeftError('RECONCILE_WITHHELD', `Cannot apply: ${gate} is not in place, it must come first`);
  return new Map(found.forward.map(({ key }) => [key, error]));
}

async function tryInspect(
  name: string,
  inspect: Step['inspect'],
  signal: AbortSignal,
  failures: Failure[],
): Promise<StepDiff | undefined> {
  try {
    return await inspect(signal);
  } catch (error) {
    signal.throwIfAborted();
    const failure = error instanceof Error ? error : new WeftError('RECONCILE_LIST', errorText(error));
    failures.push({ resource: name, key: '', error: failure });
    return undefined;
  }
}

async function remainingDrift(
  steps: readonly Step[],
  signal: AbortSignal,
  failures: readonly Failure[],
): Promise<Outcome['drift']> {
  const known = new Set(failures.map(({ resource, key }) => `${resource}\n${key}`));
  const drift: { resource: string; key: string }[] = [];
  for (const { name, inspect } of steps) {
    const found = await tryInspect(name, inspect, signal, []);
    for (const key of [...(found?.forward.map((item) => item.key) ?? []), ...(found?.backward ?? [])]) {
      if (!known.has(`${name}\n${key}`)) drift.push({ resource: name, key });
    }
  }
  return drift;
}
