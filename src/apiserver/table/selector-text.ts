import type { LabelSelector } from 'kubernetes-types/meta/v1.d.ts';
import { formatLabelSelector } from '../../api/label-selector.ts';
import type { LabelSelector as Selector } from '../../api/meta.ts';
import { none } from './common-columns.ts';

/** A label selector as people write it; `<none>` for one that is empty. */
export function selectorText(selector: LabelSelector | undefined): string {
  // The operators were checked when the object was written.
  return formatLabelSelector((selector ?? {}) as Selector) || none;
}
