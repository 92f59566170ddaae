import { WeftError } from '../base/errors.ts';
import { diff } from './diff.ts';
import type { Changes, Resource } from './resource.ts';

/** What differs between one resource and its desired values, and the two halves of making it agree. */
export interface StepDiff {
  /** Keys to create or update. */
  readonly forward: readonly { readonly key: string; readonly change: 'create' | 'update' }[];
  /** Keys to remove. */
  readonly backward: readonly string[];
  /** Creates and updates; failures by key. */
  applyForward(signal: AbortSignal): Promise<ReadonlyMap<string, Error>>;
  /** Removes; failures by key. */
  applyBackward(signal: AbortSignal): Promise<ReadonlyMap<string, Error>>;
}

/** One resource with its desired values, the type of the values hidden so that a plan can hold steps of all kinds. */
export interface Step {
  readonly name: string;
  /**
   * While something of this step is missing altogether, nothing of the later steps is created or updated: without a
   * packet filter there must be no way to a pod. A failed *update* leaves the gate open, the earlier state is in force.
   */
  readonly gate: boolean;
  /** A change here can undo or make possible something of other steps (a device, an address): they are looked at again. */
  readonly affectsOthers: boolean;
  inspect(signal: AbortSignal): Promise<StepDiff>;
  /** What there is of ours, for people who look. */
  list(signal: AbortSignal): Promise<readonly unknown[]>;
}

/** Binds desired values to a resource. */
export function step<V>(
  resource: Resource<V>,
  desired: readonly V[],
  options: { readonly gate?: boolean; readonly affectsOthers?: boolean } = {},
): Step {
  return {
    name: resource.name,
    gate: options.gate ?? false,
    affectsOthers: options.affectsOthers ?? true,
    list: (signal) => resource.list(signal),
    inspect: async (signal) => {
      const changes = diff(resource, desired, await resource.list(signal));
      return {
        forward: [
          ...changes.create.map((value) => ({ key: resource.key(value), change: 'create' as const })),
          ...changes.update.map(({ to }) => ({ key: resource.key(to), change: 'update' as const })),
        ],
        backward: changes.remove.map((value) => resource.key(value)),
        applyForward: (abort) => applyPart(resource, { ...changes, remove: [] }, abort),
        applyBackward: (abort) => applyPart(resource, { create: [], update: [], remove: changes.remove }, abort),
      };
    },
  };
}

/** A resource that throws as a whole, against its contract, has failed for each key of the call. */
async function applyPart<V>(
  resource: Resource<V>,
  changes: Changes<V>,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, Error>> {
  const values = [...changes.create, ...changes.update.map(({ to }) => to), ...changes.remove];
  if (values.length === 0) return new Map();
  try {
    return await resource.apply(changes, signal);
  } catch (error) {
    signal.throwIfAborted();
    const failure =
      error instanceof Error ? error : new WeftError('RECONCILE_APPLY', `Cannot apply ${resource.name}: ${error}`);
    return new Map(values.map((value) => [resource.key(value), failure]));
  }
}
