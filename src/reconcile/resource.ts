/** What must change to get from actual to desired, by key. `remove` is in reverse of the order things were listed. */
export interface Changes<V> {
  readonly create: readonly V[];
  readonly update: readonly { readonly from: V; readonly to: V }[];
  readonly remove: readonly V[];
}

/**
 * One kind of kernel or daemon state that we own. Implementations live in `host/`; a new kind of state is a new
 * Resource, never a new loop.
 */
export interface Resource<V> {
  /** `route`, `link`, `nft`: log, metric and health key. */
  readonly name: string;
  /** The kernel's own identity of the value (destination + table + metric), not ours. */
  key(value: V): string;
  /** Ignores what the kernel canonicalises or fills in by itself. */
  equal(actual: V, desired: V): boolean;
  /** Actual state, OURS only. The implementation's comment says how ours is recognised without memory. */
  list(signal: AbortSignal): Promise<readonly V[]>;
  /** Applies what it can; failures by key. Never throws for one key. */
  apply(changes: Changes<V>, signal: AbortSignal): Promise<ReadonlyMap<string, Error>>;
}
