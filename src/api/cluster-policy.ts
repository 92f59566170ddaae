import type { KubernetesObject, LabelSelector } from './meta.ts';

/** Pods by namespace, or by namespace and labels: exactly one of the two. */
export interface ClusterPolicySubject {
  readonly namespaces?: LabelSelector;
  readonly pods?: { readonly namespaceSelector?: LabelSelector; readonly podSelector?: LabelSelector };
}

/** The other end of a connection: exactly one field. `nodes`, `networks` and `domainNames` only for egress. */
export interface ClusterPolicyPeer extends ClusterPolicySubject {
  readonly nodes?: LabelSelector;
  readonly networks?: readonly string[];
  readonly domainNames?: readonly string[];
}

/** A port of v1alpha1: exactly one field. */
export interface AdminPolicyPort {
  readonly portNumber?: { readonly protocol?: string; readonly port: number };
  readonly portRange?: { readonly protocol?: string; readonly start: number; readonly end: number };
  readonly namedPort?: string;
}

/** A port or range of v1alpha2. */
export interface ClusterPolicyPort {
  readonly number?: number;
  readonly range?: { readonly start: number; readonly end: number };
}

/** A protocol of v1alpha2: exactly one field. */
export interface ClusterPolicyProtocol {
  readonly tcp?: { readonly destinationPort?: ClusterPolicyPort };
  readonly udp?: { readonly destinationPort?: ClusterPolicyPort };
  readonly sctp?: { readonly destinationPort?: ClusterPolicyPort };
  readonly destinationNamedPort?: string;
}

/** A rule of v1alpha1. */
export interface AdminPolicyRule {
  readonly name?: string;
  readonly action: 'Allow' | 'Deny' | 'Pass';
  readonly from?: readonly ClusterPolicyPeer[];
  readonly to?: readonly ClusterPolicyPeer[];
  readonly ports?: readonly AdminPolicyPort[];
}

/** A rule of v1alpha2. */
export interface ClusterPolicyRule {
  readonly name?: string;
  readonly action: 'Accept' | 'Deny' | 'Pass';
  readonly from?: readonly ClusterPolicyPeer[];
  readonly to?: readonly ClusterPolicyPeer[];
  readonly protocols?: readonly ClusterPolicyProtocol[];
}

/** policy.networking.k8s.io/v1alpha2 ClusterNetworkPolicy. */
export interface ClusterNetworkPolicy extends KubernetesObject {
  readonly spec: {
    readonly tier: 'Admin' | 'Baseline';
    /** Lower is first. */
    readonly priority: number;
    readonly subject: ClusterPolicySubject;
    readonly ingress?: readonly ClusterPolicyRule[];
    readonly egress?: readonly ClusterPolicyRule[];
  };
}

/** policy.networking.k8s.io/v1alpha1 AdminNetworkPolicy. */
export interface AdminNetworkPolicy extends KubernetesObject {
  readonly spec: {
    /** Lower is first. */
    readonly priority: number;
    readonly subject: ClusterPolicySubject;
    readonly ingress?: readonly AdminPolicyRule[];
    readonly egress?: readonly AdminPolicyRule[];
  };
}

/** policy.networking.k8s.io/v1alpha1 BaselineAdminNetworkPolicy; the only one is called `default`. */
export interface BaselineAdminNetworkPolicy extends KubernetesObject {
  readonly spec: Omit<AdminNetworkPolicy['spec'], 'priority'>;
}
