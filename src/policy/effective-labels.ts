import type { Labels } from '../selector/selector.ts';
import { namespacePrefix, serviceAccountPrefix } from './normalise-selector.ts';

/**
 * The labels that selectors see of what is in a namespace: own ones, and those of the namespace (`pcns.`) and of the
 * service account (`pcsa.`), which come with their prefixes; absent: not known. Own labels with such a prefix do not
 * count: whoever may label his pod could speak for a namespace that others trust.
 */
export function effectiveLabels(own: Labels, namespace: Labels | undefined, account: Labels | undefined): Labels {
  const honest = Object.keys(own).some(isInherited)
    ? Object.fromEntries(Object.entries(own).filter(([key]) => !isInherited(key)))
    : own;
  return namespace === undefined && account === undefined ? honest : { ...account, ...namespace, ...honest };
}

function isInherited(label: string): boolean {
  return label.startsWith(namespacePrefix) || label.startsWith(serviceAccountPrefix);
}
