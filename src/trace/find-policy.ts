import type { KubernetesObject } from '../api/meta.ts';
import type { PolicyId, PolicyKind } from '../policy/policy-id.ts';
import type { PolicyResources } from '../policy/resources.ts';

/** The list of each kind of policy. */
export const policyFieldOf = {
  np: 'networkPolicies',
  gnp: 'globalNetworkPolicies',
  knp: 'kubernetesPolicies',
  kcnp: 'clusterNetworkPolicies',
  anp: 'adminNetworkPolicies',
  banp: 'baselineAdminNetworkPolicies',
  snp: 'stagedNetworkPolicies',
  sgnp: 'stagedGlobalNetworkPolicies',
  sknp: 'stagedKubernetesPolicies',
} as const satisfies Readonly<Record<PolicyKind, keyof PolicyResources>>;

/** The resource of a policy; `undefined` when it is not there. */
export function findPolicy(
  resources: PolicyResources,
  { kind, namespace, name }: PolicyId,
): KubernetesObject | undefined {
  const list: readonly KubernetesObject[] = resources[policyFieldOf[kind]];
  return list.find(({ metadata }) => metadata.name === name && (metadata.namespace ?? '') === (namespace ?? ''));
}
