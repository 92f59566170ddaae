import type { Cidr } from '../net/cidr.ts';
import type { Family, Ip } from '../net/ip.ts';

/** The API object that something of BGP follows from, for messages: `BGPPeer "rack1"`. */
export interface BgpOrigin {
  readonly kind: 'BGPConfiguration' | 'BGPPeer' | 'BGPFilter' | 'IPPool' | 'Node' | 'Service' | 'IPAMBlock';
  readonly name: string;
}

/** A Secret's key with a password. The password itself is never part of a desired state. */
export interface BgpPasswordRef {
  /** `SECRET/KEY` in the agent's namespace. */
  readonly key: string;
  /** resourceVersion of the Secret: another password is another state. */
  readonly version: string;
}

/** Bidirectional forwarding detection of a session (RFC 5880), times in milliseconds. */
export interface BfdTimers {
  readonly minimumReceiveMs: number;
  readonly minimumTransmitMs: number;
  readonly multiplier: number;
}

/** One BGP session of the local node, everything decided: what is left is to write it down in BIRD's words. */
export interface BgpSession {
  /** BIRD's name of the protocol: `Mesh_192_168_122_21`, `Global_fd00__1`, `Node_10_0_0_1_port_1179`, `Local_Workload_...`. */
  readonly name: string;
  readonly type: 'mesh' | 'global' | 'node' | 'local workload';
  readonly origin: BgpOrigin;
  readonly family: Family;
  readonly peer: Ip;
  /** Absent: 179. */
  readonly peerPort?: number;
  readonly peerAs: number;
  readonly localAs: number;
  /** The local address of the session; absent = the kernel's choice. */
  readonly source?: Ip;
  /** Waits for the peer to connect. */
  readonly passive: boolean;
  /** The peer is not a node of this cluster: its routes are looked at more strictly. */
  readonly outside: boolean;
  /** `direct`: on the same link. Multihop is the rule. */
  readonly distance: 'direct' | 'multihop';
  /** Hops that generalised TTL security (RFC 5082) allows; absent = off. */
  readonly ttlSecurityHops?: number;
  readonly nextHop: 'auto' | 'self' | 'keep';
  readonly password?: BgpPasswordRef;
  /** The peer is a client of this node, a route reflector (RFC 4456). */
  readonly reflectorClient: boolean;
  /** Graceful restart time (RFC 4724) that we ask for; absent = BIRD's 120 s. */
  readonly restartSeconds?: number;
  readonly keepaliveSeconds?: number;
  /** How often our own AS may occur in a received path. */
  readonly allowedLocalAs?: number;
  /** Names of {@link BgpState.filters}, in order. */
  readonly filters: readonly string[];
  readonly bfd?: BfdTimers;
}

/** A change that a filter's rule makes. */
export type BgpFilterOperation =
  | { readonly kind: 'add community'; readonly value: string }
  | { readonly kind: 'prepend AS path'; readonly path: readonly number[] }
  | { readonly kind: 'set priority'; readonly value: number };

/** A rule of a BGPFilter; every condition that is there must hold. */
export interface BgpFilterRule {
  readonly cidr?: { readonly network: Cidr; readonly operator: 'Equal' | 'NotEqual' | 'In' | 'NotIn' };
  /** With `cidr`: bounds of the route's prefix length, both inclusive. */
  readonly prefixLength?: { readonly min: number; readonly max: number };
  /** Only routes that were learned from BGP peers. */
  readonly fromRemotePeers: boolean;
  /** Name of the route's device, `*` and `?` as in a shell. */
  readonly interface?: string;
  readonly peerType?: 'eBGP' | 'iBGP';
  /** `aa:nn` or `aa:nn:mm`. */
  readonly communities: readonly string[];
  /** What the AS path begins with. */
  readonly asPathPrefix: readonly number[];
  readonly priority?: number;
  readonly action: 'Accept' | 'Reject';
  readonly operations: readonly BgpFilterOperation[];
}

/** A BGPFilter that a session uses. A name that no object has: `missing`, every route is refused (fail closed). */
export interface BgpFilterState {
  readonly name: string;
  readonly missing: boolean;
  readonly importV4: readonly BgpFilterRule[];
  readonly exportV4: readonly BgpFilterRule[];
  readonly importV6: readonly BgpFilterRule[];
  readonly exportV6: readonly BgpFilterRule[];
}

/** A pool in the eyes of BGP. */
export interface BgpPool {
  readonly name: string;
  readonly cidr: Cidr;
  readonly family: Family;
  readonly blockSize: number;
  /** false: disableBGPExport. */
  readonly exported: boolean;
  /** Who writes the routes to other nodes' blocks of this pool into the kernel (see route-owner.ts). */
  readonly kernelRoutes: 'bird' | 'agent';
}

/** Everything BIRD of one node is to do. A plain value, sorted, without passwords. */
export interface BgpState {
  readonly node: string;
  readonly asNumber: number;
  /** Written as an IPv4 address. */
  readonly routerId: Ip;
  readonly nodeAddress4?: Ip;
  readonly nodeAddress6?: Ip;
  readonly logSeverity: 'Trace' | 'Debug' | 'Info' | 'Warning' | 'Error' | 'Fatal' | 'None';
  readonly listenPort: number;
  /** `node`: only on the node's own addresses. */
  readonly listenOn: 'any' | 'node';
  /** Of a route reflector. */
  readonly clusterId?: Ip;
  /** Sorted by name. */
  readonly sessions: readonly BgpSession[];
  readonly filters: readonly BgpFilterState[];
  readonly pools: readonly BgpPool[];
  /** Networks of the node's own addresses, whose hosts are its neighbours. */
  readonly links: readonly Cidr[];
  /** Addresses of other nodes that are on none of these; not of those whose address has no network (`/32`): routers say where they are. */
  readonly farNodes: readonly Cidr[];
  /** The node's own confirmed blocks. */
  readonly blocks: readonly Cidr[];
  /** Networks of services: those announced by this node; those that a reflector passes on; all that BIRD must never put into the kernel. */
  readonly services: {
    readonly announced: readonly Cidr[];
    readonly passedOn: readonly Cidr[];
    readonly all: readonly Cidr[];
  };
  /** prefixAdvertisements with names resolved: `aa:nn` or `aa:nn:mm`. */
  readonly communities: readonly { readonly cidr: Cidr; readonly communities: readonly string[] }[];
  /** Glob patterns of devices whose networks BIRD does not look at (besides cali* and kube-ipvs*). */
  readonly ignoredInterfaces: readonly string[];
  /** Static host routes to peers. */
  readonly reachableBy: readonly { readonly peer: Cidr; readonly via: Ip; readonly origin: BgpOrigin }[];
  /** Metric of BIRD's routes in the kernel. */
  readonly priority4: number;
  readonly priority6: number;
  /** AS numbers of all nodes of the cluster (with those they show to peers): who may originate addresses of pools. */
  readonly clusterAsNumbers: readonly number[];
  readonly bfd: BfdTimers;
}
