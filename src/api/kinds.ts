import type * as calico from './calico.ts';
import type * as bgp from './calico-bgp.ts';
import type * as config from './calico-config.ts';
import type * as endpoint from './calico-endpoints.ts';
import type * as index from './calico-ipam-index.ts';
import type { CalicoNodeObject } from './calico-node.ts';
import type * as policy from './calico-policy.ts';
import type * as cluster from './cluster-policy.ts';
import type * as core from './core.ts';
import type { KubernetesPolicy } from './from-kubernetes-policy.ts';
import type { Kind, KubernetesObject } from './meta.ts';

function kind<T extends KubernetesObject>(
  group: string,
  version: string,
  name: string,
  plural: string,
  options: { shortNames?: readonly string[]; namespaced?: boolean; status?: boolean } = {},
): Kind<T> {
  return {
    group,
    version,
    kind: name,
    plural,
    singular: name.toLowerCase(),
    shortNames: options.shortNames ?? [],
    namespaced: options.namespaced ?? false,
    status: options.status ?? false,
  };
}

const v3 = 'projectcalico.org';
const clusterPolicyGroup = 'policy.networking.k8s.io';

/** A machine of the cluster. */
export const nodes = kind<core.Node>('', 'v1', 'Node', 'nodes', { shortNames: ['no'], status: true });
/** A room for objects with names of their own. */
export const namespaces = kind<core.Namespace>('', 'v1', 'Namespace', 'namespaces', {
  shortNames: ['ns'],
  status: true,
});
/** Containers that share a network namespace. */
export const pods = kind<core.Pod>('', 'v1', 'Pod', 'pods', { shortNames: ['po'], namespaced: true, status: true });
/** One address for many pods. */
export const services = kind<core.Service>('', 'v1', 'Service', 'services', {
  shortNames: ['svc'],
  namespaced: true,
  status: true,
});
/** Who a pod is to the API. */
export const serviceAccounts = kind<core.ServiceAccount>('', 'v1', 'ServiceAccount', 'serviceaccounts', {
  shortNames: ['sa'],
  namespaced: true,
});
/** Settings as texts. */
export const configMaps = kind<core.ConfigMap>('', 'v1', 'ConfigMap', 'configmaps', {
  shortNames: ['cm'],
  namespaced: true,
});
/** Settings that not everybody may read. */
export const secrets = kind<core.Secret>('', 'v1', 'Secret', 'secrets', { namespaced: true });
/** What happened to an object, for people. */
export const events = kind<core.Event>('', 'v1', 'Event', 'events', { shortNames: ['ev'], namespaced: true });
/** Pods by number and template, replaced step by step when the template changes. */
export const deployments = kind<core.Deployment>('apps', 'v1', 'Deployment', 'deployments', {
  shortNames: ['deploy'],
  namespaced: true,
  status: true,
});
/** Pods by number and one template. */
export const replicaSets = kind<core.ReplicaSet>('apps', 'v1', 'ReplicaSet', 'replicasets', {
  shortNames: ['rs'],
  namespaced: true,
  status: true,
});
/** The addresses behind a Service in one object, the older form. */
export const endpoints = kind<core.Endpoints>('', 'v1', 'Endpoints', 'endpoints', {
  shortNames: ['ep'],
  namespaced: true,
});
/** The addresses behind a Service, up to 100 in each. */
export const endpointSlices = kind<core.EndpointSlice>('discovery.k8s.io', 'v1', 'EndpointSlice', 'endpointslices', {
  namespaced: true,
});

/** A network that pods get addresses from, and how it is reached. */
export const ipPools = kind<calico.IPPool>(v3, 'v3', 'IPPool', 'ippools', { status: true });
/** A part of a pool that a node hands out addresses of. */
export const ipamBlocks = kind<calico.IPAMBlock>(v3, 'v3', 'IPAMBlock', 'ipamblocks');
/** Rules of address management; one object, `default`. */
export const ipamConfigurations = kind<calico.IPAMConfiguration>(v3, 'v3', 'IPAMConfiguration', 'ipamconfigurations', {
  shortNames: ['ipamconfig', 'ipamconfigs'],
});
/** Addresses that are given to nobody. */
export const ipReservations = kind<calico.IPReservation>(v3, 'v3', 'IPReservation', 'ipreservations');
/** Settings of the node agents; `default`, or `node.NAME` for one node. */
export const felixConfigurations = kind<calico.FelixConfiguration>(
  v3,
  'v3',
  'FelixConfiguration',
  'felixconfigurations',
);
/** What a cluster says about itself; one object, `default`. */
export const clusterInformations = kind<calico.ClusterInformation>(
  v3,
  'v3',
  'ClusterInformation',
  'clusterinformations',
  {
    shortNames: ['clusterinfo', 'clusterinfos'],
  },
);

/** Settings of the controllers; one object, `default`. */
export const kubeControllersConfigurations = kind<config.KubeControllersConfiguration>(
  v3,
  'v3',
  'KubeControllersConfiguration',
  'kubecontrollersconfigurations',
  { shortNames: ['kcc', 'kccs'], status: true },
);
/** Questions to the agents of nodes, and their answers. */
export const calicoNodeStatuses = kind<config.CalicoNodeStatus>(v3, 'v3', 'CalicoNodeStatus', 'caliconodestatuses', {
  status: true,
});
/** Settings of BGP; `default`, or `node.NAME` for one node. */
export const bgpConfigurations = kind<bgp.BGPConfiguration>(v3, 'v3', 'BGPConfiguration', 'bgpconfigurations', {
  shortNames: ['bgpconfig', 'bgpconfigs'],
});
/** Routers that nodes exchange routes with. */
export const bgpPeers = kind<bgp.BGPPeer>(v3, 'v3', 'BGPPeer', 'bgppeers');
/** Which routes are taken from peers and told them. */
export const bgpFilters = kind<bgp.BGPFilter>(v3, 'v3', 'BGPFilter', 'bgpfilters');
/** A view of the Nodes of Kubernetes; not served. */
export const calicoNodes = kind<CalicoNodeObject>(v3, 'v3', 'Node', 'nodes', { shortNames: ['no'] });
/** Which node holds a block in a cluster of Calico; not served, read when such a cluster is imported. */
export const blockAffinities = kind<index.BlockAffinity>(v3, 'v3', 'BlockAffinity', 'blockaffinities', {
  shortNames: ['affinity', 'affinities'],
});
/** Which addresses a handle holds in a cluster of Calico; not served, read when such a cluster is imported. */
export const ipamHandles = kind<index.IPAMHandle>(v3, 'v3', 'IPAMHandle', 'ipamhandles');

/** Policies that are evaluated together, in an order. */
export const tiers = kind<policy.Tier>(v3, 'v3', 'Tier', 'tiers', { status: true });
/** Rules for the pods of a namespace. */
export const networkPolicies = kind<policy.NetworkPolicy>(v3, 'v3', 'NetworkPolicy', 'networkpolicies', {
  shortNames: ['cnp', 'caliconetworkpolicy'],
  namespaced: true,
});
/** Rules for endpoints of the whole cluster. */
export const globalNetworkPolicies = kind<policy.GlobalNetworkPolicy>(
  v3,
  'v3',
  'GlobalNetworkPolicy',
  'globalnetworkpolicies',
  { shortNames: ['gnp', 'cgnp'] },
);
/** A {@link networkPolicies} object that is reported, not enforced. */
export const stagedNetworkPolicies = kind<policy.StagedNetworkPolicy>(
  v3,
  'v3',
  'StagedNetworkPolicy',
  'stagednetworkpolicies',
  { shortNames: ['scnp', 'snp'], namespaced: true },
);
/** A {@link globalNetworkPolicies} object that is reported, not enforced. */
export const stagedGlobalNetworkPolicies = kind<policy.StagedGlobalNetworkPolicy>(
  v3,
  'v3',
  'StagedGlobalNetworkPolicy',
  'stagedglobalnetworkpolicies',
  { shortNames: ['sgnp'] },
);
/** A Kubernetes NetworkPolicy that is reported, not enforced. */
export const stagedKubernetesNetworkPolicies = kind<policy.StagedKubernetesNetworkPolicy>(
  v3,
  'v3',
  'StagedKubernetesNetworkPolicy',
  'stagedkubernetesnetworkpolicies',
  { shortNames: ['sknp'], namespaced: true },
);
/** Networks with labels that rules of a namespace select. */
export const networkSets = kind<endpoint.NetworkSet>(v3, 'v3', 'NetworkSet', 'networksets', { namespaced: true });
/** Networks with labels that any rule selects. */
export const globalNetworkSets = kind<endpoint.NetworkSet>(v3, 'v3', 'GlobalNetworkSet', 'globalnetworksets', {
  shortNames: ['gns'],
});
/** Interfaces of nodes that policy applies to. */
export const hostEndpoints = kind<endpoint.HostEndpoint>(v3, 'v3', 'HostEndpoint', 'hostendpoints', {
  shortNames: ['hep', 'heps'],
});
/** A view of Namespaces and ServiceAccounts; not served. */
export const profiles = kind<policy.Profile>(v3, 'v3', 'Profile', 'profiles');
/** A view of Pods; not served. */
export const workloadEndpoints = kind<endpoint.WorkloadEndpoint>(v3, 'v3', 'WorkloadEndpoint', 'workloadendpoints', {
  shortNames: ['wep', 'weps'],
  namespaced: true,
});

/** Kubernetes' own policies. */
export const kubernetesPolicies = kind<KubernetesPolicy>(
  'networking.k8s.io',
  'v1',
  'NetworkPolicy',
  'networkpolicies',
  { shortNames: ['netpol'], namespaced: true },
);
/** Rules of administrators for pods of many namespaces. Its `cnp` is left to Calico's NetworkPolicy, which had it before. */
export const clusterNetworkPolicies = kind<cluster.ClusterNetworkPolicy>(
  clusterPolicyGroup,
  'v1alpha2',
  'ClusterNetworkPolicy',
  'clusternetworkpolicies',
  { status: true },
);
/** What came before {@link clusterNetworkPolicies} of tier Admin. */
export const adminNetworkPolicies = kind<cluster.AdminNetworkPolicy>(
  clusterPolicyGroup,
  'v1alpha1',
  'AdminNetworkPolicy',
  'adminnetworkpolicies',
  { shortNames: ['anp'], status: true },
);
/** What came before {@link clusterNetworkPolicies} of tier Baseline; one object, `default`. */
export const baselineAdminNetworkPolicies = kind<cluster.BaselineAdminNetworkPolicy>(
  clusterPolicyGroup,
  'v1alpha1',
  'BaselineAdminNetworkPolicy',
  'baselineadminnetworkpolicies',
  { shortNames: ['banp'], status: true },
);

/** Every kind that is built into the API server (not a CRD). */
export const builtInKinds: readonly Kind<KubernetesObject>[] = [
  nodes,
  namespaces,
  pods,
  services,
  serviceAccounts,
  configMaps,
  secrets,
  events,
  deployments,
  replicaSets,
  endpoints,
  endpointSlices,
];

/** Every projectcalico.org/v3 kind, served from CRDs. */
export const calicoKinds: readonly Kind<KubernetesObject>[] = [
  ipPools,
  ipamBlocks,
  ipamConfigurations,
  ipReservations,
  felixConfigurations,
  clusterInformations,
  kubeControllersConfigurations,
  calicoNodeStatuses,
  bgpConfigurations,
  bgpPeers,
  bgpFilters,
  tiers,
  networkPolicies,
  globalNetworkPolicies,
  stagedNetworkPolicies,
  stagedGlobalNetworkPolicies,
  stagedKubernetesNetworkPolicies,
  networkSets,
  globalNetworkSets,
  hostEndpoints,
];

/** The policy.networking.k8s.io kinds, served from CRDs. */
export const clusterPolicyKinds: readonly Kind<KubernetesObject>[] = [
  clusterNetworkPolicies,
  adminNetworkPolicies,
  baselineAdminNetworkPolicies,
];

/** The projectcalico.org/v3 kinds that are views of Kubernetes' own objects: known by name and checked, not served. */
export const calicoViews: readonly Kind<KubernetesObject>[] = [calicoNodes, profiles, workloadEndpoints];
