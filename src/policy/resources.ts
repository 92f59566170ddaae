import type { HostEndpoint, NetworkSet } from '../api/calico-endpoints.ts';
import type {
  GlobalNetworkPolicy,
  NetworkPolicy,
  StagedGlobalNetworkPolicy,
  StagedKubernetesNetworkPolicy,
  StagedNetworkPolicy,
  Tier,
} from '../api/calico-policy.ts';
import type { AdminNetworkPolicy, BaselineAdminNetworkPolicy, ClusterNetworkPolicy } from '../api/cluster-policy.ts';
import type { EndpointSlice, Namespace, Node, Pod, Service, ServiceAccount } from '../api/core.ts';
import type { KubernetesPolicy } from '../api/from-kubernetes-policy.ts';

/** Everything of a cluster that decides about packets, as the API has it. */
export interface PolicyResources {
  readonly pods: readonly Pod[];
  readonly namespaces: readonly Namespace[];
  readonly serviceAccounts: readonly ServiceAccount[];
  readonly nodes: readonly Node[];
  readonly services: readonly Service[];
  readonly endpointSlices: readonly EndpointSlice[];
  readonly tiers: readonly Tier[];
  readonly networkPolicies: readonly NetworkPolicy[];
  readonly globalNetworkPolicies: readonly GlobalNetworkPolicy[];
  /** networking.k8s.io/v1 */
  readonly kubernetesPolicies: readonly KubernetesPolicy[];
  readonly clusterNetworkPolicies: readonly ClusterNetworkPolicy[];
  readonly adminNetworkPolicies: readonly AdminNetworkPolicy[];
  readonly baselineAdminNetworkPolicies: readonly BaselineAdminNetworkPolicy[];
  readonly stagedNetworkPolicies: readonly StagedNetworkPolicy[];
  readonly stagedGlobalNetworkPolicies: readonly StagedGlobalNetworkPolicy[];
  readonly stagedKubernetesPolicies: readonly StagedKubernetesNetworkPolicy[];
  readonly networkSets: readonly NetworkSet[];
  readonly globalNetworkSets: readonly NetworkSet[];
  readonly hostEndpoints: readonly HostEndpoint[];
}
