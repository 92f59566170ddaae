import type { Condition } from '../api/meta.ts';

/**
 * The conditions with this one in place of the old one of its type. The same array when nothing but a time would
 * change; `lastTransitionTime` moves only when the status does.
 *
 * @param stamp RFC 3339
 */
export function withCondition(
  conditions: readonly Condition[],
  wanted: Omit<Condition, 'lastTransitionTime'>,
  stamp: string,
): readonly Condition[] {
  const old = conditions.find(({ type }) => type === wanted.type);
  if (old?.status === wanted.status && old.reason === wanted.reason && old.message === wanted.message)
    return conditions;
  const lastTransitionTime = old?.status === wanted.status ? (old.lastTransitionTime ?? stamp) : stamp;
  const condition: Condition = { ...wanted, lastTransitionTime };
  if (old === undefined) return [...conditions, condition];
  return conditions.map((one) => (one === old ? condition : one));
}
