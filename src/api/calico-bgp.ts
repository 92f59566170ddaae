import type { KubernetesObject } from './meta.ts';
import type { RouteProgramming } from './route-programming.ts';

/** Key of a Secret that holds the password of BGP sessions. */
export interface BGPPassword {
  readonly secretKeyRef?: { readonly name?: string; readonly key: string; readonly optional?: boolean };
}

/** A network of service addresses to announce. */
export interface AnnouncedBlock {
  readonly cidr?: string;
}

/** How the loss of a peer is noticed: by BGP's own timers, or by BFD where the peer is on the same network. */
export type FailureDetectionMode = 'None' | 'BFDIfDirectlyConnected';

/** Timers of bidirectional forwarding detection (RFC 5880). Durations are Go duration strings. */
export interface BfdConfiguration {
  readonly minimumReceiveInterval?: string;
  readonly minimumTransmitInterval?: string;
  readonly multiplier?: number;
}

/** projectcalico.org/v3 BGPConfiguration: `default`, or `node.NAME`. Durations are Go duration strings. */
export interface BGPConfiguration extends KubernetesObject {
  readonly spec: {
    readonly logSeverityScreen?: string;
    readonly nodeToNodeMeshEnabled?: boolean;
    readonly asNumber?: number;
    readonly serviceClusterIPs?: readonly AnnouncedBlock[];
    readonly serviceExternalIPs?: readonly AnnouncedBlock[];
    readonly serviceLoadBalancerIPs?: readonly AnnouncedBlock[];
    readonly serviceLoadBalancerAggregation?: 'Enabled' | 'Disabled';
    readonly communities?: readonly { readonly name: string; readonly value: string }[];
    readonly prefixAdvertisements?: readonly { readonly cidr: string; readonly communities: readonly string[] }[];
    readonly listenPort?: number;
    readonly nodeMeshPassword?: BGPPassword;
    readonly nodeMeshMaxRestartTime?: string;
    readonly nodeMeshFailureDetectionMode?: FailureDetectionMode;
    readonly bfd?: BfdConfiguration;
    readonly bindMode?: 'None' | 'NodeIP';
    readonly ignoredInterfaces?: readonly string[];
    readonly localWorkloadPeeringIPV4?: string;
    readonly localWorkloadPeeringIPV6?: string;
    readonly programClusterRoutes?: RouteProgramming;
    readonly ipv4NormalRoutePriority?: number;
    readonly ipv6NormalRoutePriority?: number;
  };
}

/** projectcalico.org/v3 BGPPeer. */
export interface BGPPeer extends KubernetesObject {
  readonly spec: {
    readonly node?: string;
    readonly nodeSelector?: string;
    /** `IP`, `IPV4:PORT` or `[IPV6]:PORT`. */
    readonly peerIP?: string;
    readonly asNumber?: number;
    readonly localASNumber?: number;
    readonly peerSelector?: string;
    /** Deprecated: `nextHopMode` Keep. */
    readonly keepOriginalNextHop?: boolean;
    readonly nextHopMode?: 'Auto' | 'Self' | 'Keep';
    readonly password?: BGPPassword;
    readonly sourceAddress?: 'UseNodeIP' | 'None';
    readonly maxRestartTime?: string;
    readonly keepaliveTime?: string;
    readonly numAllowedLocalASNumbers?: number;
    /** Hops. */
    readonly ttlSecurity?: number;
    readonly reachableBy?: string;
    readonly filters?: readonly string[];
    readonly localWorkloadSelector?: string;
    readonly reversePeering?: 'Auto' | 'Manual';
    readonly failureDetectionMode?: FailureDetectionMode;
  };
}

/** One change that a filter makes to a route; exactly one of the fields is there. */
export interface BGPFilterOperation {
  readonly addCommunity?: { readonly value: string };
  readonly prependASPath?: { readonly prefix: readonly number[] };
  readonly setPriority?: { readonly value: number };
}

/** A rule of a filter: what routes it is for, and what becomes of them. */
export interface BGPFilterRule {
  readonly cidr?: string;
  readonly prefixLength?: { readonly min?: number; readonly max?: number };
  readonly matchOperator?: 'Equal' | 'NotEqual' | 'In' | 'NotIn';
  readonly source?: 'RemotePeers';
  readonly interface?: string;
  readonly peerType?: 'eBGP' | 'iBGP';
  readonly communities?: { readonly values: readonly string[] };
  readonly asPathPrefix?: readonly number[];
  readonly priority?: number;
  readonly action: 'Accept' | 'Reject';
  readonly operations?: readonly BGPFilterOperation[];
}

/** projectcalico.org/v3 BGPFilter: the first rule that fits decides. */
export interface BGPFilter extends KubernetesObject {
  readonly spec: {
    readonly exportV4?: readonly BGPFilterRule[];
    readonly importV4?: readonly BGPFilterRule[];
    readonly exportV6?: readonly BGPFilterRule[];
    readonly importV6?: readonly BGPFilterRule[];
  };
}
