import type { ProtocolField } from './calico-policy.ts';
import type { KubernetesObject } from './meta.ts';

/** A port that rules can name. */
export interface EndpointPort {
  readonly name: string;
  readonly protocol: ProtocolField;
  readonly port: number;
}

/** projectcalico.org/v3 HostEndpoint: an interface of a node that policy applies to. */
export interface HostEndpoint extends KubernetesObject {
  readonly spec: {
    readonly node?: string;
    /** `*` = all interfaces; absent = the interface that has one of `expectedIPs`. */
    readonly interfaceName?: string;
    readonly expectedIPs?: readonly string[];
    readonly profiles?: readonly string[];
    readonly ports?: readonly EndpointPort[];
  };
}

/** projectcalico.org/v3 NetworkSet and GlobalNetworkSet: networks with labels, which rules select like endpoints. */
export interface NetworkSet extends KubernetesObject {
  readonly spec: { readonly nets?: readonly string[] };
}

/** A port of a pod; `hostPort` is one of its node as well. */
export interface WorkloadEndpointPort {
  readonly name?: string;
  readonly protocol: ProtocolField;
  readonly port: number;
  readonly hostPort?: number;
  readonly hostIP?: string;
}

/** An address of a workload and the one it is reached at from outside. */
export interface IpNat {
  readonly internalIP: string;
  readonly externalIP: string;
}

/** What is known of a workload's interface. */
export interface WorkloadEndpointSpec {
  /** `k8s` for pods. */
  readonly orchestrator?: string;
  readonly workload?: string;
  readonly node?: string;
  readonly containerID?: string;
  readonly pod?: string;
  /** The interface inside, `eth0` for pods. */
  readonly endpoint?: string;
  readonly serviceAccountName?: string;
  /** Addresses as /32 and /128. */
  readonly ipNetworks?: readonly string[];
  readonly ipNATs?: readonly IpNat[];
  readonly ipv4Gateway?: string;
  readonly ipv6Gateway?: string;
  readonly profiles?: readonly string[];
  readonly interfaceName?: string;
  readonly mac?: string;
  readonly ports?: readonly WorkloadEndpointPort[];
  readonly allowSpoofedSourcePrefixes?: readonly string[];
}

/** projectcalico.org/v3 WorkloadEndpoint: a view of a pod, stored nowhere. */
export interface WorkloadEndpoint extends KubernetesObject {
  readonly spec: WorkloadEndpointSpec;
}
