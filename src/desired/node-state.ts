import type { Cidr } from '../net/cidr.ts';
import type { Ip } from '../net/ip.ts';
import type { Route } from '../net/route.ts';
import type { PeeringAddress } from '../routing/bgp-local-workloads.ts';
import type { BgpOrigin, BgpSession, BgpState } from '../routing/bgp-state.ts';
import type { Masquerade } from '../routing/masquerade.ts';
import type { Tunnel } from '../routing/tunnel.ts';
import type { VxlanPeer } from '../routing/vxlan-peers.ts';
import type { LocalEndpoint } from './snapshot.ts';

export type { BgpOrigin, BgpSession, BgpState, Masquerade, Tunnel, VxlanPeer };

/**
 * The whole desired state of one node as one plain value: comparable, printable as JSON, diffable in a test.
 * A function of the {@link Snapshot} alone.
 */
export interface NodeState {
  readonly node: string;
  /** MTU for pods. */
  readonly podMtuBytes: number;
  readonly endpoints: readonly LocalEndpoint[];
  readonly tunnels: readonly Tunnel[];
  readonly vxlanPeers: readonly VxlanPeer[];
  /** Addresses of all nodes: only these may send us tunnel packets. */
  readonly nodeAddresses: readonly Ip[];
  /** Pod routes, block routes, blackholes: everything this project writes into the main table. */
  readonly routes: readonly Route[];
  /** Blocks and borrowed addresses of other nodes whose routes are BIRD's (see routing/route-owner.ts), sorted. */
  readonly birdPrefixes: readonly Cidr[];
  /** What BIRD does; absent without BGP. */
  readonly bgp?: BgpState;
  /** Addresses of this node on devices of pods, at which the pods find its BGP; sorted by device. */
  readonly peeringAddresses: readonly PeeringAddress[];
  readonly masquerade: readonly Masquerade[];
  /** Things that are wrong but do not stop the rest, for health and logs: "node node2 has no VXLAN address". */
  readonly warnings: readonly string[];
}
