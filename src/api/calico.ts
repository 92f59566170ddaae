import type { Condition, KubernetesObject } from './meta.ts';
import type { RouteProgramming } from './route-programming.ts';

/** `Always`, only between subnets, or not at all. */
export type EncapsulationMode = 'Always' | 'CrossSubnet' | 'Never';

/** projectcalico.org/v3 IPPool. Defaults are filled by the API server's schema; readers must still cope without. */
export interface IPPool extends KubernetesObject {
  readonly spec: {
    readonly cidr: string;
    readonly vxlanMode?: EncapsulationMode;
    readonly ipipMode?: EncapsulationMode;
    readonly natOutgoing?: boolean;
    readonly disabled?: boolean;
    readonly disableBGPExport?: boolean;
    /** Default 26 for IPv4, 122 for IPv6. */
    readonly blockSize?: number;
    readonly nodeSelector?: string;
    readonly namespaceSelector?: string;
    readonly allowedUses?: readonly ('Workload' | 'Tunnel' | 'LoadBalancer')[];
    readonly assignmentMode?: 'Automatic' | 'Manual';
  };
  readonly status?: { readonly conditions?: readonly Condition[] };
}

/** Who holds an address of a block. */
export interface AllocationAttribute {
  readonly handle_id?: string;
  /** Keys pod, namespace, node, timestamp, type. */
  readonly secondary?: Readonly<Record<string, string>>;
  /** RFC 3339; set while the address cools down after its release. */
  readonly releasedAt?: string;
}

/** projectcalico.org/v3 IPAMBlock: the truth of address ownership. Name: CIDR with `.:/` as `-`. */
export interface IPAMBlock extends KubernetesObject {
  readonly spec: {
    readonly cidr: string;
    /** `host:NODE`, `virtual:NAME`, absent when nobody's. */
    readonly affinity?: string;
    readonly affinityClaimTime?: string;
    /** One slot per address: index into `attributes`, or null. */
    readonly allocations: readonly (number | null)[];
    /** Free ordinals, first out first. */
    readonly unallocated: readonly number[];
    readonly attributes: readonly AllocationAttribute[];
    readonly sequenceNumber?: number;
    readonly sequenceNumberForAllocation?: Readonly<Record<string, number>>;
    readonly deleted?: boolean;
    readonly strictAffinity?: boolean;
  };
}

/** projectcalico.org/v3 IPAMConfiguration `default`. */
export interface IPAMConfiguration extends KubernetesObject {
  readonly spec: {
    readonly strictAffinity?: boolean;
    readonly autoAllocateBlocks?: boolean;
    readonly maxBlocksPerHost?: number;
    readonly ipCooldownSeconds?: number;
  };
}

/** projectcalico.org/v3 IPReservation: addresses never assigned automatically. */
export interface IPReservation extends KubernetesObject {
  readonly spec: { readonly reservedCIDRs?: readonly string[] };
}

/** A port of the host that no policy closes; without a protocol that of TCP. */
export interface FailsafePortField {
  readonly protocol?: string;
  readonly port: number;
  readonly net?: string;
}

/** projectcalico.org/v3 FelixConfiguration, the keys we honour so far. Durations are Go duration strings. */
export interface FelixConfiguration extends KubernetesObject {
  readonly spec: {
    readonly ipipMTU?: number;
    readonly vxlanMTU?: number;
    readonly vxlanMTUV6?: number;
    readonly vxlanPort?: number;
    readonly vxlanVNI?: number;
    readonly mtuIfacePattern?: string;
    /** Whose routes to other nodes are the agent's; see routing/route-owner.ts. */
    readonly programClusterRoutes?: RouteProgramming;
    readonly natOutgoingExclusions?: 'IPPoolsOnly' | 'IPPoolsAndHostIPs';
    readonly workloadSourceSpoofing?: 'Disabled' | 'Any';
    readonly nodeSelector?: string;
    readonly logSeverityScreen?: string;
    readonly routeRefreshInterval?: string;
    readonly interfaceRefreshInterval?: string;
    readonly nftablesRefreshInterval?: string;
    /** Where `why --live` asks agents; they are told at their start where to listen. */
    readonly healthPort?: number;
    /** In any case; absent: see policy/read-policy-settings.ts. */
    readonly defaultEndpointToHostAction?: string;
    readonly disableConntrackInvalidCheck?: boolean;
    /** `Drop` or `Reject`, in any case. */
    readonly nftablesFilterDenyAction?: string;
    readonly iptablesFilterDenyAction?: string;
    /** `10/second`. */
    readonly logActionRateLimit?: string;
    /** Absent: those of Calico; empty: none. */
    readonly failsafeInboundHostPorts?: readonly FailsafePortField[];
    readonly failsafeOutboundHostPorts?: readonly FailsafePortField[];
  };
}

/** projectcalico.org/v3 ClusterInformation `default`. */
export interface ClusterInformation extends KubernetesObject {
  readonly spec: {
    readonly clusterGUID?: string;
    readonly clusterType?: string;
    readonly calicoVersion?: string;
    readonly datastoreReady?: boolean;
    readonly variant?: string;
  };
}
