import { WeftError } from '../base/errors.ts';
import type { Changes, Resource } from './resource.ts';

/** The half of a {@link Resource} that decides whether two values are the same thing, and whether they agree. */
export type Identity<V> = Pick<Resource<V>, 'name' | 'key' | 'equal'>;

/**
 * What must change to get from `actual` to `desired`. `create` and `update` keep the order of `desired`; `remove` is in
 * reverse of the order of `actual`. Empty in all three parts exactly when they agree.
 *
 * @throws WeftError RECONCILE_DUPLICATE_KEY when two desired values have one key: there is no way to have both
 */
export function diff<V>(identity: Identity<V>, desired: readonly V[], actual: readonly V[]): Changes<V> {
  const wanted = new Map<string, V>();
  for (const value of desired) {
    const key = identity.key(value);
    if (wanted.has(key)) {
      throw new WeftError(
        'RECONCILE_DUPLICATE_KEY',
        `Cannot reconcile ${identity.name} "${key}": wanted twice, one value per key needed`,
      );
    }
    wanted.set(key, value);
  }
  const found = new Map<string, V>();
  const remove: V[] = [];
  for (const value of actual) {
    const key = identity.key(value);
    // A second actual value of one key can only be surplus.
    if (!wanted.has(key) || found.has(key)) remove.push(value);
    else found.set(key, value);
  }
  const create: V[] = [];
  const update: { from: V; to: V }[] = [];
  for (const [key, to] of wanted) {
    const from = found.get(key);
    if (from === undefined) create.push(to);
    else if (!identity.equal(from, to)) update.push({ from, to });
  }
  return { create, update, remove: remove.reverse() };
}
