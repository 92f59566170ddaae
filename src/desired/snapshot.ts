import type { FelixConfiguration, IPAMBlock, IPPool } from '../api/calico.ts';
import type { Node } from '../api/core.ts';
import type { CalicoNodeFields } from '../api/node-annotations.ts';
import type { Ip } from '../net/ip.ts';
import type { Mac } from '../net/mac.ts';
import type { BgpInputs } from '../routing/bgp-inputs.ts';
import type { Backend, MachineFacts, Underlay } from '../routing/machine.ts';

export type { Backend, BgpInputs, MachineFacts, Underlay };

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
