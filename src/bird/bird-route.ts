import type { Cidr } from '../net/cidr.ts';
import type { Ip } from '../net/ip.ts';

/** Where a route of BIRD sends packets; several for equal-cost paths. */
export interface BirdNextHop {
  /** Absent: the destination is on the link itself. */
  readonly via?: Ip;
  readonly device: string;
}

/** A route in one of BIRD's tables, as `show route all` lists it. */
export interface BirdRoute {
  /** `master4`, `master6` */
  readonly table: string;
  readonly destination: Cidr;
  readonly kind: 'unicast' | 'blackhole' | 'unreachable' | 'prohibit';
  /** The protocol it came from: the name of a session, `static4`, `kernel4`. */
  readonly protocol: string;
  /** The neighbour that told it. */
  readonly from?: Ip;
  /** As BIRD prints it: a time today, else a date. */
  readonly since: string;
  /** The one of its destination that is used. */
  readonly best: boolean;
  readonly preference: number;
  readonly nextHops: readonly BirdNextHop[];
  /** What kind of protocol it came from: `BGP`, `static`, `device`, `inherit` (the kernel's), ...; absent without `all`. */
  readonly source?: string;
  /** AS numbers from the neighbour to the origin; sets are flattened. Absent without `all` and for what is not BGP. */
  readonly asPath?: readonly number[];
  /** The BGP next hop; of IPv6 the global one. */
  readonly bgpNextHop?: Ip;
  /** Metric that the route has, or is to have, in the kernel. */
  readonly kernelMetric?: number;
  /** `65001:7` and `65001:1:2` */
  readonly communities: readonly string[];
}
