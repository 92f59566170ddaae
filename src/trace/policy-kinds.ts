import * as kinds from '../api/kinds.ts';
import type { Kind, KubernetesObject } from '../api/meta.ts';
import type { PolicyResources } from '../policy/resources.ts';

/** A list of {@link PolicyResources}. */
export type PolicyField = keyof PolicyResources;

/** The kind of each list, and so all that decides about packets. */
export const policyKinds: Readonly<Record<PolicyField, Kind<KubernetesObject>>> = {
  pods: kinds.pods,
  namespaces: kinds.namespaces,
  serviceAccounts: kinds.serviceAccounts,
  nodes: kinds.nodes,
  services: kinds.services,
  endpointSlices: kinds.endpointSlices,
  tiers: kinds.tiers,
  networkPolicies: kinds.networkPolicies,
  globalNetworkPolicies: kinds.globalNetworkPolicies,
  kubernetesPolicies: kinds.kubernetesPolicies,
  clusterNetworkPolicies: kinds.clusterNetworkPolicies,
  adminNetworkPolicies: kinds.adminNetworkPolicies,
  baselineAdminNetworkPolicies: kinds.baselineAdminNetworkPolicies,
  stagedNetworkPolicies: kinds.stagedNetworkPolicies,
  stagedGlobalNetworkPolicies: kinds.stagedGlobalNetworkPolicies,
  stagedKubernetesPolicies: kinds.stagedKubernetesNetworkPolicies,
  networkSets: kinds.networkSets,
  globalNetworkSets: kinds.globalNetworkSets,
  hostEndpoints: kinds.hostEndpoints,
};

/** Names of {@link policyKinds}. */
export const policyFields = Object.keys(policyKinds) as readonly PolicyField[];
