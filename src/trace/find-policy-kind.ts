import * as kinds from '../api/kinds.ts';
import { apiVersionOf, type Kind, type KubernetesObject } from '../api/meta.ts';
import type { PolicyKind } from '../policy/policy-id.ts';

const kindOf: Readonly<Record<PolicyKind, Kind<KubernetesObject>>> = {
  np: kinds.networkPolicies,
  gnp: kinds.globalNetworkPolicies,
  knp: kinds.kubernetesPolicies,
  kcnp: kinds.clusterNetworkPolicies,
  anp: kinds.adminNetworkPolicies,
  banp: kinds.baselineAdminNetworkPolicies,
  snp: kinds.stagedNetworkPolicies,
  sgnp: kinds.stagedGlobalNetworkPolicies,
  sknp: kinds.stagedKubernetesNetworkPolicies,
};

/** The API's name of a kind of policy. */
export function findPolicyKind(kind: PolicyKind): { readonly apiVersion: string; readonly kind: string } {
  return { apiVersion: apiVersionOf(kindOf[kind]), kind: kindOf[kind].kind };
}
