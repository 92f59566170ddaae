import { matchRequirements, parseLabelSelector } from '../api/label-selector.ts';
import type { KubernetesObject } from '../api/meta.ts';
import { isRecord } from '../base/is-record.ts';
import type { ListOptions } from '../datastore/cluster.ts';

/** True when an object has the labels and fields asked for: what a server does for objects it stores. */
export function matchesSelector(
  object: KubernetesObject,
  { labelSelector, fieldSelector }: Pick<ListOptions, 'labelSelector' | 'fieldSelector'>,
): boolean {
  if (
    labelSelector !== undefined &&
    !matchRequirements(parseLabelSelector(labelSelector), object.metadata.labels ?? {})
  ) {
    return false;
  }
  const terms = (fieldSelector ?? '').split(',').filter((term) => term !== '');
  return terms.every((term) => {
    const [, path = '', operator, wanted = ''] = /^([^=!]+)(==|=|!=)(.*)$/.exec(term) ?? [];
    const value = path.split('.').reduce((at: unknown, key) => (isRecord(at) ? at[key] : undefined), object);
    return (String(value ?? '') === wanted) === (operator !== '!=');
  });
}
