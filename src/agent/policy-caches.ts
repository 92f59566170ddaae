import {
  adminNetworkPolicies,
  baselineAdminNetworkPolicies,
  clusterNetworkPolicies,
  globalNetworkPolicies,
  globalNetworkSets,
  hostEndpoints,
  kubernetesPolicies,
  networkPolicies,
  networkSets,
  serviceAccounts,
  tiers,
} from '../api/kinds.ts';
import type { Kind, KubernetesObject } from '../api/meta.ts';
import type { WatchCache, WatchCacheOptions } from '../datastore/watch-cache.ts';
import type { PolicyObjects, PolicySourceKind } from '../desired/policy-objects.ts';
import { trimObject } from './trim-object.ts';

/** A cache for each kind that policy is computed from. */
export type PolicyCaches = { readonly [K in PolicySourceKind]: WatchCache<PolicyObjects[K]> };

/** Those that other parts of the agent read, too. */
type SharedCaches = Pick<PolicyCaches, 'pods' | 'namespaces' | 'endpointSlices'>;

/** Kinds that come and go with their CRDs. */
const absentLookMs = 30_000;

/** Makes the caches; kinds that a server need not serve are empty while it does not. */
export function makePolicyCaches(
  shared: SharedCaches,
  watch: <T extends KubernetesObject>(kind: Kind<T>, options: WatchCacheOptions<T>) => WatchCache<T>,
): PolicyCaches {
  const trimmed = <T extends KubernetesObject>(kind: Kind<T>) => watch(kind, { trim: trimObject<T> });
  const maybe = <T extends KubernetesObject>(kind: Kind<T>) => watch(kind, { trim: trimObject<T>, absentLookMs });
  return {
    pods: shared.pods,
    namespaces: shared.namespaces,
    endpointSlices: shared.endpointSlices,
    serviceAccounts: trimmed(serviceAccounts),
    tiers: trimmed(tiers),
    networkPolicies: trimmed(networkPolicies),
    globalNetworkPolicies: trimmed(globalNetworkPolicies),
    kubernetesPolicies: trimmed(kubernetesPolicies),
    clusterNetworkPolicies: maybe(clusterNetworkPolicies),
    adminNetworkPolicies: maybe(adminNetworkPolicies),
    baselineAdminNetworkPolicies: maybe(baselineAdminNetworkPolicies),
    networkSets: trimmed(networkSets),
    globalNetworkSets: trimmed(globalNetworkSets),
    hostEndpoints: trimmed(hostEndpoints),
  };
}
