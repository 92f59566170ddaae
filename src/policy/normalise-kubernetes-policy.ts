import { defaultTierName } from '../api/built-in-tiers.ts';
import type { Rule } from '../api/calico-policy.ts';
import {
  fromKubernetesRules,
  type KubernetesPolicy,
  kubernetesPolicyOrder,
  kubernetesPolicyTypes,
  podExpression,
} from '../api/from-kubernetes-policy.ts';
import { readField } from '../api/unreadable.ts';
import { parseSelector } from '../selector/parse-selector.ts';
import { directionsOf, type Normalised, normalisePolicy, type SourceRule } from './normalise-policy.ts';
import { allOf, inNamespace } from './normalise-selector.ts';

/** A NetworkPolicy of Kubernetes: pods of its namespace, in tier `default`. */
export function normalKubernetesPolicy({ metadata, spec = {} }: KubernetesPolicy): Normalised {
  const { name, namespace = '' } = metadata;
  const { podSelector = {} } = spec;
  const rules = fromKubernetesRules(spec);
  const scope = inNamespace(namespace);
  return normalisePolicy({
    id: { kind: 'knp', namespace, name },
    title: `Kubernetes NetworkPolicy "${namespace}/${name}"`,
    tier: defaultTierName,
    order: kubernetesPolicyOrder,
    scope,
    selector: () => allOf([readField('podSelector', () => parseSelector(podExpression(podSelector))), scope]),
    directions: directionsOf(kubernetesPolicyTypes(spec), {}),
    ingress: rules.ingress.map(allowed),
    egress: rules.egress.map(allowed),
  });
}

function allowed(rules: readonly Rule[]): SourceRule {
  return { action: 'Allow', rules: () => rules };
}
