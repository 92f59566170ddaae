import type { BGPPeer } from '../api/calico-bgp.ts';
import type { Ip } from '../net/ip.ts';
import type { BgpNode } from './bgp-node.ts';
import type { BgpOrigin, BgpSession } from './bgp-state.ts';

/** Somebody the local node is to have a session with, before anything about the session is decided. */
export interface BgpNeighbour {
  readonly type: BgpSession['type'];
  readonly origin: BgpOrigin;
  readonly peer: Ip;
  /** Absent: 179. */
  readonly port?: number;
  readonly peerAs: number;
  /** The local address of a session with a pod of this node. */
  readonly source?: Ip;
  /** The node of the cluster that has the peer's address. */
  readonly node?: BgpNode;
  /** Follows from a BGPPeer that gives another node this one as its peer. */
  readonly reverse?: true;
  /** What is asked of the session, in the words of a BGPPeer. */
  readonly wishes: BGPPeer['spec'];
}
