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

export const nodes = kind<core.Node>('', 'v1', 'Node', 'nodes', { shortNames: ['no'], status: true });
export const namespaces = kind<core.Namespace>('', 'v1', 'Namespace', 'namespaces', {
  shortNames: ['ns'],
  status: true,
});
export const pods = kind<core.Pod>('', 'v1', 'Pod', 'pods', { shortNames: ['po'], namespaced: true, status: true });
export const services = kind<core.Service>('', 'v1', 'Service', 'services', {
  shortNames: ['svc'],
  namespaced: true,
  status: true,
});
export const serviceAccounts = kind<core.ServiceAccount>('', 'v1', 'ServiceAccount', 'serviceaccounts', {
  shortNames: ['sa'],
  namespaced: true,
});
export const configMaps = kind<core.ConfigMap>('', 'v1', 'ConfigMap', 'configmaps', {
  shortNames: ['cm'],
  namespaced: true,
});
export const secrets = kind<core.Secret>('', 'v1', 'Secret', 'secrets', { namespaced: true });
export const events = kind<core.Event>('', 'v1', 'Event', 'events', { shortNames: ['ev'], namespaced: true });
export const deployments = kind<core.Deployment>('apps', 'v1', 'Deployment', 'deployments', {
  shortNames: ['deploy'],
  namespaced: true,
  status: true,
});
export const replicaSets = kind<core.ReplicaSet>('apps', 'v1', 'ReplicaSet', 'replicasets', {
  shortNames: ['rs'],
  namespaced: true,
  status: true,
});
export const endpointSlices = kind<core.EndpointSlice>('discovery.k8s.io', 'v1', 'EndpointSlice', 'endpointslices', {
  namespaced: true,
});

export const ipPools = kind<calico.IPPool>(v3, 'v3', 'IPPool', 'ippools', { status: true });
export const ipamBlocks = kind<calico.IPAMBlock>(v3, 'v3', 'IPAMBlock', 'ipamblocks');
export const ipamConfigurations = kind<calico.IPAMConfiguration>(v3, 'v3', 'IPAMConfiguration', 'ipamconfigurations', {
  shortNames: ['ipamconfig', 'ipamconfigs'],
});
export const ipReservations = kind<calico.IPReservation>(v3, 'v3', 'IPReservation', 'ipreservations');
export const felixConfigurations = kind<calico.FelixConfiguration>(
  v3,
  'v3',
  'FelixConfiguration',
  'felixconfigurations',
);
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
