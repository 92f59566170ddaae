import { fromKubernetesPolicy, kubernetesPolicyPrefix } from '../../api/from-kubernetes-policy.ts';
import { kubernetesPolicies, networkPolicies } from '../../api/kinds.ts';
import { hasCode } from '../../base/errors.ts';
import type { ListOptions } from '../../datastore/cluster.ts';
import type { HttpCluster } from '../../datastore/http-cluster.ts';
import { matchesSelector } from '../match-selector.ts';
import type { ResourceAccess } from './resource-access.ts';
import { servedAccess } from './served-access.ts';

/**
 * Calico's NetworkPolicies, and behind them, to read, those of Kubernetes under the names calicoctl shows them by
 * (`knp.default.NAME`). A watch reports Calico's only.
 */
export function policyAccess(cluster: HttpCluster): ResourceAccess {
  const own = servedAccess(cluster, networkPolicies);
  return {
    ...own,
    list: async (options = {}) => {
      const [calico, others] = await Promise.all([own.list(options), kubernetesOnes(cluster, options)]);
      return { ...calico, items: [...calico.items, ...others] };
    },
    get: async (name, namespace) => {
      if (!name.startsWith(kubernetesPolicyPrefix)) return own.get(name, namespace);
      const policy = await cluster.get(kubernetesPolicies, name.slice(kubernetesPolicyPrefix.length), namespace);
      return policy === undefined ? undefined : fromKubernetesPolicy(policy);
    },
  };
}

async function kubernetesOnes(cluster: HttpCluster, options: ListOptions) {
  try {
    const { items } = await cluster.list(kubernetesPolicies, { namespace: options.namespace });
    return items.map(fromKubernetesPolicy).filter((policy) => matchesSelector(policy, options));
  } catch (error) {
    // Not everybody who may read the one may read the other.
    if (hasCode(error, 'API_NOT_FOUND', 'API_FORBIDDEN')) return [];
    throw error;
  }
}
