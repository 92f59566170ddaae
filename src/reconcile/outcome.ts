/** One key that could not be brought to its desired state; `key` is '' when the whole resource failed (its listing). */
export interface Failure {
  readonly resource: string;
  readonly key: string;
  readonly error: Error;
}

/** How many values of one resource were changed. */
export interface ChangeCount {
  readonly created: number;
  readonly updated: number;
  readonly removed: number;
}

/** What one pass over one or more resources did and what it could not do. */
export interface Outcome {
  /** By resource name; resources without change are absent. */
  readonly changed: ReadonlyMap<string, ChangeCount>;
  readonly failures: readonly Failure[];
  /** Applied without error and yet not as desired when listed again: somebody else writes there, or a kernel limit. */
  readonly drift: readonly { readonly resource: string; readonly key: string }[];
}

/** True when the kernel is as desired. */
export function isConverged(outcome: Outcome): boolean {
  return outcome.failures.length === 0 && outcome.drift.length === 0;
}

/** The sum of all changes. */
export function totalChanges(outcome: Outcome): number {
  let total = 0;
  for (const count of outcome.changed.values()) total += count.created + count.updated + count.removed;
  return total;
}
