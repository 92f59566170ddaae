import type { Cidr } from '../net/cidr.ts';
import type { Ip } from '../net/ip.ts';
import type { Labels } from '../selector/selector.ts';
import type { NormalPolicy, NormalTier } from './normal-policy.ts';

/**
 * One change of what policy is computed from. `key` is unique within its kind; a change without a value takes the
 * object away. Giving an equal value again is no change.
 */
export type PolicyChange =
  | { readonly kind: 'endpoint'; readonly key: string; readonly value: PolicyEndpoint | undefined }
  | { readonly kind: 'network-set'; readonly key: string; readonly value: PolicyNetworkSet | undefined }
  /** Labels that endpoints and network sets of a namespace inherit, `pcns.` before each; absent: the namespace is unknown. */
  | { readonly kind: 'namespace'; readonly key: string; readonly value: InheritedLabels | undefined }
  /** Key `NAMESPACE/NAME`; labels with `pcsa.` before each. */
  | { readonly kind: 'service-account'; readonly key: string; readonly value: InheritedLabels | undefined }
  | { readonly kind: 'tier'; readonly key: string; readonly value: NormalTier | undefined }
  /** Key as of formatPolicyId. */
  | { readonly kind: 'policy'; readonly key: string; readonly value: NormalPolicy | undefined }
  /** Key `NAMESPACE/NAME`. */
  | { readonly kind: 'service'; readonly key: string; readonly value: readonly ServiceBackend[] | undefined }
  /** What this node enforces policy for. */
  | { readonly kind: 'local'; readonly key: string; readonly value: LocalWorkload | undefined }
  | { readonly kind: 'local-host'; readonly key: string; readonly value: LocalHostEndpoint | undefined };

/** Labels that others inherit. */
export interface InheritedLabels {
  readonly labels: Labels;
}

/** What rules can select: a pod of any node (key `NAMESPACE/NAME`) or a host endpoint (key `host/NAME`). */
export interface PolicyEndpoint {
  /** Its own, with `projectcalico.org/namespace`, `.../orchestrator`, `.../serviceaccount`; not the inherited ones. */
  readonly labels: Labels;
  /** Of a pod; whose labels it inherits. */
  readonly namespace?: string;
  readonly serviceAccount?: string;
  readonly addresses: readonly Ip[];
  readonly ports: readonly NamedPort[];
}

/** A port that rules can name. */
export interface NamedPort {
  readonly name: string;
  /** IANA number. */
  readonly protocol: number;
  readonly port: number;
}

/** Networks with labels. Namespaced ones inherit their namespace's labels. */
export interface PolicyNetworkSet {
  /** Its own, of namespaced ones with `projectcalico.org/namespace`. */
  readonly labels: Labels;
  readonly namespace?: string;
  readonly nets: readonly Cidr[];
}

/** One address and port that stands behind a Service. */
export interface ServiceBackend {
  readonly address: Ip;
  readonly protocol: number;
  readonly port: number;
}

/** A pod's attachment on this node. */
export interface LocalWorkload {
  /** Host side device. */
  readonly device: string;
  /** Key of its {@link PolicyEndpoint}; absent for a container that is no pod: it may do everything. */
  readonly endpoint?: string;
  /** For people: `default/nginx`. */
  readonly name: string;
}

/** A host endpoint of this node; key = its name. */
export interface LocalHostEndpoint {
  /** Key of its {@link PolicyEndpoint}. */
  readonly endpoint: string;
  /** For people. */
  readonly name: string;
  /** Devices it stands for, resolved on this node; `*` = every device that is no pod's and no other host endpoint's. */
  readonly devices: readonly string[] | '*';
  /** Profiles that allow everything: that of a namespace only while there is the namespace. */
  readonly profiles: readonly string[];
}
