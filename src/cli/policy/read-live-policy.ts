import { felixConfigurations, ipPools } from '../../api/kinds.ts';
import type { Kind, KubernetesObject } from '../../api/meta.ts';
import { hasCode } from '../../base/errors.ts';
import type { Cluster } from '../../datastore/cluster.ts';
import { policyFields, policyKinds } from '../../trace/policy-kinds.ts';
import { type PolicyWorld, resourcesOf } from './policy-world.ts';

/** Reads all that decides about packets from a cluster. Kinds that it does not serve have no objects. */
export async function readLivePolicy(cluster: Cluster): Promise<PolicyWorld> {
  const [felix, pools, ...lists] = await Promise.all([
    listServed(cluster, felixConfigurations),
    listServed(cluster, ipPools),
    ...policyFields.map((field) => listServed(cluster, policyKinds[field])),
  ]);
  const byField = new Map(policyFields.map((field, index) => [field, lists[index] ?? []]));
  return { resources: resourcesOf((field) => byField.get(field) ?? []), felix, pools, assumptions: [] };
}

async function listServed<T extends KubernetesObject>(cluster: Cluster, kind: Kind<T>): Promise<readonly T[]> {
  try {
    return (await cluster.list(kind)).items;
  } catch (error) {
    if (hasCode(error, 'API_NOT_FOUND')) return [];
    throw error;
  }
}
