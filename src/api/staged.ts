import type {
  GlobalNetworkPolicy,
  NetworkPolicy,
  StagedAction,
  StagedGlobalNetworkPolicy,
  StagedKubernetesNetworkPolicy,
  StagedNetworkPolicy,
} from './calico-policy.ts';
import type { KubernetesPolicy } from './from-kubernetes-policy.ts';
import * as kinds from './kinds.ts';
import { type KubernetesObject, type ObjectMeta, withType } from './meta.ts';

/** What a staged policy says should become of a policy; for `Delete` only the metadata of `policy` counts. */
export interface StagedChange<T extends KubernetesObject> {
  /**
   * `Set`: it is to be there like this; `Delete`: it is to be gone. `Learn` and `Ignore`: nothing is to become of it
   * (the first is for tools that are still working on it).
   */
  readonly action: StagedAction;
  readonly policy: T;
}

/** The NetworkPolicy a StagedNetworkPolicy stands for. */
export function stagedNetworkChange({ metadata, spec }: StagedNetworkPolicy): StagedChange<NetworkPolicy> {
  const { stagedAction = 'Set', ...rest } = spec;
  return { action: stagedAction, policy: withType(kinds.networkPolicies, { metadata: plain(metadata), spec: rest }) };
}

/** The GlobalNetworkPolicy a StagedGlobalNetworkPolicy stands for. */
export function stagedGlobalChange({ metadata, spec }: StagedGlobalNetworkPolicy): StagedChange<GlobalNetworkPolicy> {
  const { stagedAction = 'Set', ...rest } = spec;
  return {
    action: stagedAction,
    policy: withType(kinds.globalNetworkPolicies, { metadata: plain(metadata), spec: rest }),
  };
}

/** The NetworkPolicy of Kubernetes a StagedKubernetesNetworkPolicy stands for. */
export function stagedKubernetesChange({
  metadata,
  spec,
}: StagedKubernetesNetworkPolicy): StagedChange<KubernetesPolicy> {
  const { stagedAction = 'Set', ...rest } = spec;
  return {
    action: stagedAction,
    policy: withType<KubernetesPolicy>(kinds.kubernetesPolicies, { metadata: plain(metadata), spec: rest }),
  };
}

/** What the server has set belongs to the staged object. */
function plain({ name, namespace, labels, annotations }: ObjectMeta): ObjectMeta {
  return {
    name,
    ...(namespace !== undefined && { namespace }),
    ...(labels !== undefined && { labels }),
    ...(annotations !== undefined && { annotations }),
  };
}
