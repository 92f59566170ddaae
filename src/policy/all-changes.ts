import type { EndpointSlice } from '../api/core.ts';
import { serviceNameLabel } from '../api/service-name-label.ts';
import {
  hostEndpointChange,
  namespaceChange,
  networkSetChange,
  type PolicyByKind,
  podChange,
  policyChange,
  serviceAccountChange,
  serviceChange,
  tierChange,
} from './policy-changes.ts';
import type { PolicyChange } from './policy-input.ts';
import type { PolicyResources } from './resources.ts';

/** A whole cluster as changes from nothing: everything but what is of one node. Staged policies are not enforced. */
export function allChanges(resources: PolicyResources): readonly PolicyChange[] {
  const policies = <K extends keyof PolicyByKind>(kind: K, objects: readonly PolicyByKind[K][]) =>
    objects.flatMap((object) => policyChange(kind, object));
  return [
    ...resources.tiers.flatMap((tier) => tierChange(tier)),
    ...resources.namespaces.flatMap((namespace) => namespaceChange(namespace)),
    ...resources.serviceAccounts.flatMap((account) => serviceAccountChange(account)),
    ...resources.pods.flatMap((pod) => podChange(pod)),
    ...resources.hostEndpoints.flatMap((endpoint) => hostEndpointChange(endpoint)),
    ...[...resources.networkSets, ...resources.globalNetworkSets].flatMap((set) => networkSetChange(set)),
    ...serviceChanges(resources.endpointSlices),
    ...policies('np', resources.networkPolicies),
    ...policies('gnp', resources.globalNetworkPolicies),
    ...policies('knp', resources.kubernetesPolicies),
    ...policies('kcnp', resources.clusterNetworkPolicies),
    ...policies('anp', resources.adminNetworkPolicies),
    ...policies('banp', resources.baselineAdminNetworkPolicies),
  ];
}

function serviceChanges(slices: readonly EndpointSlice[]): readonly PolicyChange[] {
  const named = slices.filter(({ metadata }) => metadata.labels?.[serviceNameLabel] !== undefined);
  const byService = Map.groupBy(
    named,
    ({ metadata }) => `${metadata.namespace ?? ''}/${metadata.labels?.[serviceNameLabel]}`,
  );
  return [...byService].flatMap(([key, group]) => {
    const [namespace = '', name = ''] = key.split('/');
    return serviceChange(namespace, name, group);
  });
}
