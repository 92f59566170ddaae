import type { PolicyResources } from '../resources.ts';

/** A cluster with nothing in it. */
export const emptyResources: PolicyResources = {
  pods: [],
  namespaces: [],
  serviceAccounts: [],
  nodes: [],
  services: [],
  endpointSlices: [],
  tiers: [],
  networkPolicies: [],
  globalNetworkPolicies: [],
  kubernetesPolicies: [],
  clusterNetworkPolicies: [],
  adminNetworkPolicies: [],
  baselineAdminNetworkPolicies: [],
  stagedNetworkPolicies: [],
  stagedGlobalNetworkPolicies: [],
  stagedKubernetesPolicies: [],
  networkSets: [],
  globalNetworkSets: [],
  hostEndpoints: [],
};
