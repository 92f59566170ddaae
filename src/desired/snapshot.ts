import type { FelixConfiguration, IPAMBlock, IPPool } from '../api/calico.ts';
import type { BGPConfiguration, BGPFilter, BGPPeer } from '../api/calico-bgp.ts';
import type { EndpointSlice, Node, Pod, Service } from '../api/core.ts';
import type { CalicoNodeFields } from '../api/node-annotations.ts';
import type { Ip } from '../net/ip.ts';
import type { Mac } from '../net/mac.ts';
import type { Backend, MachineFacts, Underlay } from '../routing/machine.ts';

export type { Backend, MachineFacts, Underlay };

/** A pod that is wired on this node: what the agent recorded when it answered CNI ADD. */
export interface LocalEndpoint {
  readonly containerId: string;
  readonly namespace: string;
  readonly pod: string;
  /** Host side device, `cali` + 11 hex digits. */
  readonly device: string;
  readonly addresses: readonly Ip[];
  /** MAC of the pod's side. */
  readonly mac: Mac;
}

/** What BGP is computed from, with backend `bird`. */
export interface BgpInputs {
  readonly configurations: readonly BGPConfiguration[];
  readonly peers: readonly BGPPeer[];
  readonly filters: readonly BGPFilter[];
  readonly services: readonly Service[];
  readonly endpointSlices: readonly EndpointSlice[];
  /** Pods of this node (for sessions with local workloads). */
  readonly pods: readonly Pod[];
  /** `SECRET/KEY` -> resourceVersion of the Secret, for keys that exist. */
  readonly passwords: ReadonlyMap<string, string>;
  /** CALICO_ROUTER_ID: `hash` (from the node's name) or an IPv4 address; absent = the node's IPv4 address. */
  readonly routerId?: string;
}

/** Everything {@link computeNodeState} reads. Plain API objects as watched; nothing derived. */
export interface Snapshot {
  readonly nodeName: string;
  readonly backend: Backend;
  readonly machine: MachineFacts;
  readonly nodes: readonly Node[];
  readonly pools: readonly IPPool[];
  readonly blocks: readonly IPAMBlock[];
  readonly felixConfigurations: readonly FelixConfiguration[];
  readonly endpoints: readonly LocalEndpoint[];
  /** Devices of tunnels that are to stay although no pool needs them (any more). */
  readonly keptTunnels?: ReadonlySet<string>;
  /** This node's ends of its tunnels, where it does not announce them yet: devices have them before others send to them. */
  readonly ownTunnels?: CalicoNodeFields;
  /** Absent: no BGP on this node. */
  readonly bgp?: BgpInputs;
}
