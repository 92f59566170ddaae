import { calicoNodes, networkPolicies, profiles, workloadEndpoints } from '../../api/kinds.ts';
import type { Kind, KubernetesObject } from '../../api/meta.ts';
import type { HttpCluster } from '../../datastore/http-cluster.ts';
import type { ResourceAccess } from './resource-access.ts';
import { servedAccess } from './served-access.ts';

/** The resources of a kind, wherever they are kept. */
export async function accessTo(cluster: HttpCluster, kind: Kind<KubernetesObject>): Promise<ResourceAccess> {
  switch (kind) {
    case calicoNodes:
      return (await import('./node-access.ts')).nodeAccess(cluster);
    case workloadEndpoints:
      return (await import('./endpoint-access.ts')).endpointAccess(cluster);
    case profiles:
      return (await import('./profile-access.ts')).profileAccess(cluster);
    case networkPolicies:
      return (await import('./policy-access.ts')).policyAccess(cluster);
    default:
      return servedAccess(cluster, kind);
  }
}
