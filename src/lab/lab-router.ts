import type { Cidr } from '../net/cidr.ts';
import type { Ip } from '../net/ip.ts';

/** What a router outside of the cluster may run: BIRD 2, BIRD 1.6, FRR, GoBGP, ExaBGP. */
export const routerSoftware = ['bird', 'bird1', 'frr', 'gobgp', 'exabgp'] as const;

/** One of {@link routerSoftware}. */
export type RouterSoftware = (typeof routerSoftware)[number];

/** The device and address of a router on one segment. */
export interface RouterLeg {
  readonly segment: string;
  readonly device: string;
  readonly address: Ip;
  readonly address6?: Ip;
}

/** Somebody a router has a session with: a node of the cluster or another router. */
export interface RouterNeighbor {
  readonly name: string;
  readonly kind: 'node' | 'router';
  readonly address: Ip;
  readonly asNumber: number;
  /** The router's own address of the session. */
  readonly source: Ip;
}

/** A router outside of the cluster that speaks BGP, with its own namespaces and one leg per segment. */
export interface LabRouter {
  readonly name: string;
  readonly software: RouterSoftware;
  readonly asNumber: number;
  readonly legs: readonly RouterLeg[];
  /** Those of both families, in order of nodes, then routers. */
  readonly neighbors: readonly RouterNeighbor[];
  /** Passes routes on between its nodes, which are of the same AS (RFC 4456). */
  readonly reflector: boolean;
  /** Networks behind it: each has a device with the network's first address. */
  readonly announce: readonly Cidr[];
  /** TCP-MD5 of the sessions with nodes. */
  readonly password?: string;
  readonly bfd: boolean;
  /** What the nodes' side needs: one BGPPeer for all nodes of each segment, one per node, or none at all. */
  readonly peering: 'segments' | 'nodes' | 'none';
  /** The lab's own router, which is there in any case. */
  readonly builtIn: boolean;
}

/** What a person may say about a router. */
export interface RouterOption {
  readonly name: string;
  readonly software: RouterSoftware;
  /** AS number; a reflector has the cluster's. */
  readonly as?: number;
  readonly segment?: string;
  readonly segments?: readonly string[];
  /** In the order of the segments. */
  readonly addresses?: readonly string[];
  readonly address?: string;
  readonly reflector?: boolean;
  /** `auto`: all nodes of its segments. In a list, names of nodes and routers, `auto` among them. */
  readonly peers?: 'auto' | readonly string[];
  readonly announce?: readonly string[];
  readonly password?: string;
  readonly bfd?: boolean;
  /** false: the BGPPeer objects are the person's own work. */
  readonly peer?: boolean;
}
