import type * as calico from './calico.ts';
import type * as core from './core.ts';
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
];
