import { defaultTierName } from '../api/built-in-tiers.ts';
import type { GlobalNetworkPolicy, GlobalPolicySpec, NetworkPolicy } from '../api/calico-policy.ts';
import { readField } from '../api/unreadable.ts';
import { parseSelector } from '../selector/parse-selector.ts';
import type { Selector } from '../selector/selector.ts';
import { directionsOf, type Normalised, normalisePolicy, type PolicySource, sourceRules } from './normalise-policy.ts';
import {
  allOf,
  inNamespace,
  isSelectorGiven,
  readAccountSelector,
  readNamespaceSelector,
} from './normalise-selector.ts';

/** A Calico NetworkPolicy: for the endpoints of its namespace. */
export function normalNetworkPolicy({ metadata, spec }: NetworkPolicy): Normalised {
  const { name, namespace = '' } = metadata;
  const scope = inNamespace(namespace);
  return normalisePolicy({
    ...common(spec),
    id: { kind: 'np', namespace, name },
    title: `NetworkPolicy "${namespace}/${name}"`,
    scope,
    selector: () => allOf([...selectors(spec), scope]),
  });
}

/** A Calico GlobalNetworkPolicy: for endpoints of all namespaces, and host endpoints. */
export function normalGlobalNetworkPolicy({ metadata, spec }: GlobalNetworkPolicy): Normalised {
  const { name } = metadata;
  return normalisePolicy({
    ...common(spec),
    id: { kind: 'gnp', name },
    title: `GlobalNetworkPolicy "${name}"`,
    scope: { kind: 'all' },
    selector: () => allOf([...selectors(spec), ...term('namespaceSelector', spec, readNamespaceSelector)]),
    untracked: spec.doNotTrack === true,
    preDnat: spec.preDNAT === true,
    // Both hooks see forwarded packets, too: they imply it.
    applyOnForward: spec.applyOnForward === true || spec.doNotTrack === true || spec.preDNAT === true,
  });
}

function common(spec: GlobalPolicySpec): Pick<PolicySource, 'tier' | 'order' | 'directions' | 'ingress' | 'egress'> {
  return {
    tier: spec.tier || defaultTierName,
    order: spec.order ?? Number.POSITIVE_INFINITY,
    directions: directionsOf(spec.types, spec),
    ingress: sourceRules(spec.ingress),
    egress: sourceRules(spec.egress),
  };
}

function selectors(spec: GlobalPolicySpec): readonly Selector[] {
  return [...term('selector', spec, parseSelector), ...term('serviceAccountSelector', spec, readAccountSelector)];
}

type SelectorKey = 'selector' | 'serviceAccountSelector' | 'namespaceSelector';

function term(key: SelectorKey, spec: GlobalPolicySpec, read: (text: string) => Selector): readonly Selector[] {
  const text = spec[key];
  return isSelectorGiven(text) ? [readField(key, () => read(text))] : [];
}
