import type { Labels } from '../selector/selector.ts';

/**
 * The labels that selectors see: own ones, then those of the namespace (`pcns.`) and the service account (`pcsa.`), which
 * come with their prefixes; absent: not known. An own label goes before an inherited one of that name.
 */
export function effectiveLabels(own: Labels, namespace: Labels | undefined, account: Labels | undefined): Labels {
  return namespace === undefined && account === undefined ? own : { ...account, ...namespace, ...own };
}
