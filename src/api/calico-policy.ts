import type { Condition, KubernetesObject, LabelSelector } from './meta.ts';

/** What a rule does with a packet it matches. `Pass` leaves the tier, `Log` goes on with the next rule. */
export type RuleAction = 'Allow' | 'Deny' | 'Log' | 'Pass';

/** The direction a policy is about, as seen from the endpoint. */
export type PolicyType = 'Ingress' | 'Egress';

/** `TCP`, `UDP`, `ICMP`, `ICMPv6`, `SCTP`, `UDPLite`, or a number from 1 to 255. @see net/protocol.ts */
export type ProtocolField = string | number;

/** A port, a range `LOW:HIGH`, or the name of an endpoint's port. @see net/port.ts */
export type PortField = string | number;

/** An ICMP message; the code only together with the type. */
export interface IcmpMatch {
  readonly type?: number;
  readonly code?: number;
}

/** An HTTP request: one of the methods and one of the paths. */
export interface HttpMatch {
  readonly methods?: readonly string[];
  readonly paths?: readonly HttpPath[];
}

/** Either the whole path or what it begins with. */
export interface HttpPath {
  readonly exact?: string;
  readonly prefix?: string;
}

/** The endpoints of a Service. Without a namespace: of the policy's own. */
export interface ServiceMatch {
  readonly name?: string;
  readonly namespace?: string;
}

/** Pods by the service account they run as: one of the names, and the selector. */
export interface ServiceAccountMatch {
  readonly names?: readonly string[];
  readonly selector?: string;
}

/** One end of a connection. All conditions must hold. */
export interface EntityRule {
  readonly nets?: readonly string[];
  readonly selector?: string;
  readonly namespaceSelector?: string;
  readonly services?: ServiceMatch;
  readonly ports?: readonly PortField[];
  readonly notNets?: readonly string[];
  readonly notSelector?: string;
  readonly notPorts?: readonly PortField[];
  readonly serviceAccounts?: ServiceAccountMatch;
}

/** Which packets, and what becomes of them. All conditions must hold. */
export interface Rule {
  readonly action: RuleAction;
  readonly ipVersion?: 4 | 6;
  readonly protocol?: ProtocolField;
  readonly icmp?: IcmpMatch;
  readonly notProtocol?: ProtocolField;
  readonly notICMP?: IcmpMatch;
  readonly source?: EntityRule;
  readonly destination?: EntityRule;
  readonly http?: HttpMatch;
  readonly metadata?: { readonly annotations?: Readonly<Record<string, string>> };
}

/** What policies of all Calico kinds have. Defaults are filled by the API server; readers must still cope without. */
export interface PolicySpec {
  /** Default `default`. */
  readonly tier?: string;
  /** Absent = after all others. */
  readonly order?: number;
  readonly ingress?: readonly Rule[];
  readonly egress?: readonly Rule[];
  /** Which endpoints; empty = all. */
  readonly selector?: string;
  /** @see defaultPolicyTypes */
  readonly types?: readonly PolicyType[];
  readonly serviceAccountSelector?: string;
  readonly performanceHints?: readonly 'AssumeNeededOnEveryNode'[];
}

/** What cluster-wide policies have besides. */
export interface GlobalPolicySpec extends PolicySpec {
  /** Before connection tracking; the packets are not tracked. */
  readonly doNotTrack?: boolean;
  /** Before destination NAT: the rules see the address the client used. */
  readonly preDNAT?: boolean;
  /** Also for traffic that a host endpoint forwards. */
  readonly applyOnForward?: boolean;
  readonly namespaceSelector?: string;
}

/** What a staged policy would do to the real one. Default `Set`. */
export type StagedAction = 'Set' | 'Delete' | 'Learn' | 'Ignore';

/** projectcalico.org/v3 NetworkPolicy: rules for the pods of a namespace. */
export interface NetworkPolicy extends KubernetesObject {
  readonly spec: PolicySpec;
}

/** projectcalico.org/v3 GlobalNetworkPolicy: rules for endpoints of the whole cluster, hosts included. */
export interface GlobalNetworkPolicy extends KubernetesObject {
  readonly spec: GlobalPolicySpec;
}

/** projectcalico.org/v3 StagedNetworkPolicy: evaluated and reported, never enforced. */
export interface StagedNetworkPolicy extends KubernetesObject {
  readonly spec: PolicySpec & { readonly stagedAction?: StagedAction };
}

/** projectcalico.org/v3 StagedGlobalNetworkPolicy: evaluated and reported, never enforced. */
export interface StagedGlobalNetworkPolicy extends KubernetesObject {
  readonly spec: GlobalPolicySpec & { readonly stagedAction?: StagedAction };
}

/** A port of a Kubernetes NetworkPolicy; `endPort` makes a range. */
export interface KubernetesPolicyPort {
  readonly protocol?: string;
  readonly port?: number | string;
  readonly endPort?: number;
}

/** A peer of a Kubernetes NetworkPolicy. */
export interface KubernetesPolicyPeer {
  readonly podSelector?: LabelSelector;
  readonly namespaceSelector?: LabelSelector;
  readonly ipBlock?: { readonly cidr: string; readonly except?: readonly string[] };
}

/** What a Kubernetes NetworkPolicy asks for. @see networking.k8s.io/v1 NetworkPolicySpec */
export interface KubernetesPolicySpec {
  readonly podSelector?: LabelSelector;
  readonly ingress?: readonly {
    readonly ports?: readonly KubernetesPolicyPort[];
    readonly from?: readonly KubernetesPolicyPeer[];
  }[];
  readonly egress?: readonly {
    readonly ports?: readonly KubernetesPolicyPort[];
    readonly to?: readonly KubernetesPolicyPeer[];
  }[];
  readonly policyTypes?: readonly PolicyType[];
}

/** projectcalico.org/v3 StagedKubernetesNetworkPolicy: a Kubernetes NetworkPolicy that is not enforced. */
export interface StagedKubernetesNetworkPolicy extends KubernetesObject {
  readonly spec: KubernetesPolicySpec & { readonly stagedAction?: StagedAction };
}

/** projectcalico.org/v3 Tier: policies that are evaluated together. */
export interface Tier extends KubernetesObject {
  readonly spec: {
    /** Absent = after all others. */
    readonly order?: number;
    /** What becomes of packets that a policy of the tier selects and no rule decides. Default `Deny`. */
    readonly defaultAction?: 'Deny' | 'Pass';
  };
  readonly status?: { readonly conditions?: readonly Condition[] };
}

/** projectcalico.org/v3 Profile: rules and labels that endpoints share. Here a view of a Namespace or ServiceAccount. */
export interface Profile extends KubernetesObject {
  readonly spec: {
    readonly ingress?: readonly Rule[];
    readonly egress?: readonly Rule[];
    readonly labelsToApply?: Readonly<Record<string, string>>;
  };
}
