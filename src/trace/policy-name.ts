import { assertNever } from '../base/errors.ts';
import type { PolicyId, PolicyKind } from '../policy/policy-id.ts';

/** A policy as people name it: `NetworkPolicy default/web`, `Kubernetes NetworkPolicy default/web`. */
export function policyName({ kind, namespace, name }: PolicyId): string {
  return `${policyKindName(kind)} ${namespace === undefined ? name : `${namespace}/${name}`}`;
}

/** The kind of a policy as people name it; Calico's NetworkPolicy goes without a word before it. */
export function policyKindName(kind: PolicyKind): string {
  switch (kind) {
    case 'np':
      return 'NetworkPolicy';
    case 'gnp':
      return 'GlobalNetworkPolicy';
    case 'knp':
      return 'Kubernetes NetworkPolicy';
    case 'kcnp':
      return 'ClusterNetworkPolicy';
    case 'anp':
      return 'AdminNetworkPolicy';
    case 'banp':
      return 'BaselineAdminNetworkPolicy';
    case 'snp':
      return 'StagedNetworkPolicy';
    case 'sgnp':
      return 'StagedGlobalNetworkPolicy';
    case 'sknp':
      return 'StagedKubernetesNetworkPolicy';
    default:
      return assertNever(kind);
  }
}
