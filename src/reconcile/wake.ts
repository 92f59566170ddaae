/** Which resources a pass must look at: all, or those named. */
export type Scope = 'all' | ReadonlySet<string>;

/** Both together. */
export function mergeScopes(a: Scope, b: Scope): Scope {
  return a === 'all' || b === 'all' ? 'all' : new Set([...a, ...b]);
}
