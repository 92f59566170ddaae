import type { KubernetesObject } from './meta.ts';

/** Form of a host endpoint that is made for nodes. */
export interface HostEndpointTemplate {
  readonly generateName?: string;
  readonly interfaceCIDRs?: readonly string[];
  /** Regular expression. */
  readonly interfacePattern?: string;
  readonly nodeSelector?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
}

/** Settings of the node controller. Durations are Go duration strings. */
export interface NodeControllerConfig {
  readonly reconcilerPeriod?: string;
  readonly syncLabels?: 'Enabled' | 'Disabled';
  readonly hostEndpoint?: {
    readonly autoCreate?: 'Enabled' | 'Disabled';
    readonly createDefaultHostEndpoint?: 'Enabled' | 'Disabled';
    readonly templates?: readonly HostEndpointTemplate[];
  };
  readonly leakGracePeriod?: string;
}

interface Reconciler {
  readonly reconcilerPeriod?: string;
}

/** The settings of the controllers, in a spec or as they run. */
export interface KubeControllersSettings {
  readonly logSeverityScreen?: string;
  readonly healthChecks?: 'Enabled' | 'Disabled';
  readonly etcdV3CompactionPeriod?: string;
  readonly prometheusMetricsPort?: number;
  readonly debugProfilePort?: number;
  readonly controllers: {
    readonly node?: NodeControllerConfig;
    readonly policy?: Reconciler;
    readonly workloadEndpoint?: Reconciler;
    readonly serviceAccount?: Reconciler;
    readonly namespace?: Reconciler;
    readonly loadBalancer?: { readonly assignIPs?: 'AllServices' | 'RequestedServicesOnly' };
    readonly migration?: { readonly policyNameMigrator?: 'Enabled' | 'Disabled' };
  };
}

/** projectcalico.org/v3 KubeControllersConfiguration `default`. */
export interface KubeControllersConfiguration extends KubernetesObject {
  readonly spec: KubeControllersSettings;
  readonly status?: {
    readonly runningConfig?: KubeControllersSettings;
    readonly environmentVars?: Readonly<Record<string, string>>;
  };
}

/** A BGP daemon of a node. */
export interface BirdStatus {
  readonly state?: 'Ready' | 'NotReady';
  readonly version?: string;
  readonly routerID?: string;
  readonly lastBootTime?: string;
  readonly lastReconfigurationTime?: string;
}

/** A BGP session of a node. What follows `since` is more than Calico says, and absent where it is not known. */
export interface PeerStatus {
  readonly peerIP?: string;
  /** `LocalWorkload` is not Calico's, which leaves these sessions out. */
  readonly type?: 'NodeMesh' | 'NodePeer' | 'GlobalPeer' | 'LocalWorkload';
  /** Of the session as BGP calls it: `Established`, `Active`. */
  readonly state?: string;
  readonly since?: string;
  /** BIRD's name of the session: `Mesh_192_168_122_21`. */
  readonly name?: string;
  /** The state with what BIRD adds to it: `Active Socket: Connection refused`. */
  readonly info?: string;
  /** Why the session failed the last time; stays when it is up again. */
  readonly lastError?: string;
  /** Of the peer. */
  readonly asNumber?: number;
  /** Routes of the peer that are used here, those refused not counted. */
  readonly prefixesReceived?: number;
  readonly prefixesAdvertised?: number;
  /** Routes of the peer that a filter keeps out. */
  readonly prefixesRefused?: number;
  /** How long the session has been established; absent while it is not. */
  readonly uptimeSeconds?: number;
  /** How often the session has gone down since the agent was started. */
  readonly flaps?: number;
}

/** A route that a BGP session offers and that is not taken. */
export interface RefusedRoute {
  /** `10.24.0.0/16`. */
  readonly destination: string;
  readonly peerIP?: string;
  /** `covers the IPPool "default-ipv4-ippool"`. */
  readonly reason: string;
}

/** A route of a node. */
export interface RouteStatus {
  readonly type?: 'FIB' | 'RIB';
  readonly destination?: string;
  readonly gateway?: string;
  readonly interface?: string;
  readonly learnedFrom?: {
    readonly sourceType?: 'Kernel' | 'Static' | 'Direct' | 'NodeMesh' | 'BGPPeer';
    readonly peerIP?: string;
  };
}

/** projectcalico.org/v3 CalicoNodeStatus: a question to the agent of a node, and its answer. */
export interface CalicoNodeStatus extends KubernetesObject {
  readonly spec: {
    readonly node: string;
    readonly classes: readonly ('Agent' | 'BGP' | 'Routes')[];
    readonly updatePeriodSeconds: number;
  };
  readonly status?: {
    readonly lastUpdated?: string | null;
    readonly agent?: { readonly birdV4?: BirdStatus; readonly birdV6?: BirdStatus };
    readonly bgp?: {
      readonly numberEstablishedV4: number;
      readonly numberEstablishedV6: number;
      readonly numberNotEstablishedV4: number;
      readonly numberNotEstablishedV6: number;
      readonly peersV4?: readonly PeerStatus[];
      readonly peersV6?: readonly PeerStatus[];
      /** What is wrong with the BGP resources of this node: `BGPPeer "rack1": Secret "bgp" has no key "rack1", ...`. */
      readonly warnings?: readonly string[];
      /** Routes of peers that are not taken; long lists are cut. */
      readonly refusedRoutes?: readonly RefusedRoute[];
      /** Why BIRD goes on with an older configuration; absent while it has the newest. */
      readonly configurationProblem?: string;
    };
    readonly routes?: { readonly routesV4?: readonly RouteStatus[]; readonly routesV6?: readonly RouteStatus[] };
  };
}
