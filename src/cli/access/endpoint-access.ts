import { pods, workloadEndpoints } from '../../api/kinds.ts';
import type { KubernetesObject } from '../../api/meta.ts';
import { toWorkloadEndpoint } from '../../api/workload-endpoint.ts';
import type { HttpCluster } from '../../datastore/http-cluster.ts';
import { readOnlyAccess } from './read-only-access.ts';
import type { ResourceAccess } from './resource-access.ts';

/** WorkloadEndpoints: a view of the pods that have an interface of their own. */
export function endpointAccess(cluster: HttpCluster): ResourceAccess {
  return readOnlyAccess(workloadEndpoints, {
    list: async (options) => {
      const { items, resourceVersion } = await cluster.list(pods, options);
      return {
        items: items.map(toWorkloadEndpoint).filter((item): item is NonNullable<typeof item> => item !== undefined),
        resourceVersion,
      };
    },
    watch: async function* (resourceVersion, options) {
      for await (const { type, object } of cluster.watch(pods, resourceVersion, options)) {
        const endpoint: KubernetesObject | undefined = type === 'BOOKMARK' ? object : toWorkloadEndpoint(object);
        if (endpoint !== undefined) yield { type, object: endpoint };
      }
    },
  });
}
