import type { HostEndpoint, NetworkSet } from '../api/calico-endpoints.ts';
import type { GlobalNetworkPolicy, NetworkPolicy, Tier } from '../api/calico-policy.ts';
import type { AdminNetworkPolicy, BaselineAdminNetworkPolicy, ClusterNetworkPolicy } from '../api/cluster-policy.ts';
import type { EndpointSlice, Namespace, Pod, ServiceAccount } from '../api/core.ts';
import type { KubernetesPolicy } from '../api/from-kubernetes-policy.ts';
import { namespaceProfile, serviceAccountProfile } from '../api/profiles.ts';
import { errorText } from '../base/errors.ts';
import type { Selector } from '../selector/selector.ts';
import { hostEndpointKey, hostPolicyEndpoint } from './host-policy-endpoint.ts';
import { normalGlobalNetworkPolicy, normalNetworkPolicy } from './normalise-calico-policy.ts';
import { normalAdminPolicy, normalBaselinePolicy, normalClusterPolicy } from './normalise-cluster-policy.ts';
import { normalKubernetesPolicy } from './normalise-kubernetes-policy.ts';
import { closedPolicy, type Normalised } from './normalise-policy.ts';
import { inNamespace } from './normalise-selector.ts';
import { podEndpoint } from './pod-endpoint.ts';
import { formatPolicyId } from './policy-id.ts';
import type { PolicyChange } from './policy-input.ts';
import { policyNetworkSet } from './policy-network-set.ts';
import { serviceBackends } from './service-backends.ts';

/** The kinds of policy that are enforced, by their short names. */
export interface PolicyByKind {
  readonly np: NetworkPolicy;
  readonly gnp: GlobalNetworkPolicy;
  readonly knp: KubernetesPolicy;
  readonly kcnp: ClusterNetworkPolicy;
  readonly anp: AdminNetworkPolicy;
  readonly banp: BaselineAdminNetworkPolicy;
}

type Normalisers = { readonly [K in keyof PolicyByKind]: (object: PolicyByKind[K]) => Normalised };

const normalisers: Normalisers = {
  np: normalNetworkPolicy,
  gnp: normalGlobalNetworkPolicy,
  knp: normalKubernetesPolicy,
  kcnp: normalClusterPolicy,
  anp: normalAdminPolicy,
  banp: normalBaselinePolicy,
};

/** Where policies of a kind are when their spec does not say. */
const tiers: Readonly<Record<keyof PolicyByKind, string>> = {
  np: 'default',
  gnp: 'default',
  knp: 'default',
  kcnp: 'kube-admin',
  anp: 'kube-admin',
  banp: 'kube-baseline',
};

/**
 * A policy of any kind in the form that is compiled, with warnings for its owner. Never throws: one whose spec is not
 * even of the right shape, which no API server takes, isolates what it might be for.
 */
export function normalPolicyOf<K extends keyof PolicyByKind>(kind: K, object: PolicyByKind[K]): Normalised {
  try {
    return normalisers[kind](object);
  } catch (error) {
    const { name, namespace } = object.metadata;
    const id = { kind, name, ...(namespace !== undefined && { namespace }) };
    const scope = namespace === undefined ? everything : inNamespace(namespace);
    const directions = ['ingress', 'egress'] as const;
    const source = { id, tier: tiers[kind], order: Number.POSITIVE_INFINITY, scope, directions };
    const warning = `Cannot read the spec of policy "${formatPolicyId(id)}": ${errorText(error)}; everything it might be for is isolated until it is mended`;
    return { policy: closedPolicy(source, directions), warnings: [warning] };
  }
}

const everything: Selector = { kind: 'all' };

/** What a policy that is there, has changed or (`deleted`) is gone means for the calculation; so do those below. */
export function policyChange<K extends keyof PolicyByKind>(
  kind: K,
  object: PolicyByKind[K],
  deleted = false,
): readonly PolicyChange[] {
  const { name, namespace } = object.metadata;
  const key = formatPolicyId({ kind, name, ...(namespace !== undefined && { namespace }) });
  return [{ kind: 'policy', key, value: deleted ? undefined : normalPolicyOf(kind, object).policy }];
}

/** A tier without an order comes last. */
export function tierChange({ metadata: { name }, spec }: Tier, deleted = false): readonly PolicyChange[] {
  const { order = Number.POSITIVE_INFINITY, defaultAction = 'Deny' } = spec;
  return [{ kind: 'tier', key: name, value: deleted ? undefined : { name, order, defaultAction } }];
}

/** @see podEndpoint */
export function podChange(pod: Pod, deleted = false): readonly PolicyChange[] {
  return [{ kind: 'endpoint', key: keyOf(pod.metadata), value: deleted ? undefined : podEndpoint(pod) }];
}

/** Labels that pods inherit from their namespace. */
export function namespaceChange(namespace: Namespace, deleted = false): readonly PolicyChange[] {
  const { labelsToApply: labels = {} } = namespaceProfile(namespace).spec;
  return [{ kind: 'namespace', key: namespace.metadata.name, value: deleted ? undefined : { labels } }];
}

/** Labels that pods inherit from their service account. */
export function serviceAccountChange(account: ServiceAccount, deleted = false): readonly PolicyChange[] {
  const { labelsToApply: labels = {} } = serviceAccountProfile(account).spec;
  return [{ kind: 'service-account', key: keyOf(account.metadata), value: deleted ? undefined : { labels } }];
}

/** A NetworkSet, or a GlobalNetworkSet: without a namespace. */
export function networkSetChange(set: NetworkSet, deleted = false): readonly PolicyChange[] {
  return [{ kind: 'network-set', key: keyOf(set.metadata), value: deleted ? undefined : policyNetworkSet(set) }];
}

/** A host endpoint of any node as what rules can select. What this node enforces for its own: `resolveHostEndpoints`. */
export function hostEndpointChange(endpoint: HostEndpoint, deleted = false): readonly PolicyChange[] {
  const key = hostEndpointKey(endpoint.metadata.name);
  return [{ kind: 'endpoint', key, value: deleted ? undefined : hostPolicyEndpoint(endpoint) }];
}

/** A Service by all of its EndpointSlices; none: it is gone. */
export function serviceChange(
  namespace: string,
  name: string,
  slices: readonly EndpointSlice[],
): readonly PolicyChange[] {
  const value = slices.length === 0 ? undefined : serviceBackends(slices);
  return [{ kind: 'service', key: `${namespace}/${name}`, value }];
}

function keyOf({ name, namespace }: { readonly name: string; readonly namespace?: string }): string {
  return namespace === undefined ? name : `${namespace}/${name}`;
}
