import type { Cidr } from './cidr.ts';
import type { Ip } from './ip.ts';

/** RTN_* of linux/rtnetlink.h, the ones a person writes in `ip route add KIND`. */
export type RouteKind = 'unicast' | 'blackhole' | 'unreachable' | 'prohibit' | 'throw' | 'local';

/** One way to a destination. `weight` is 1..256 as in `ip route ... nexthop weight`. */
export interface NextHop {
  readonly device?: string;
  readonly via?: Ip;
  /** The gateway is taken to be on the link even where no route says so. */
  readonly onlink?: boolean;
  readonly weight?: number;
}

/** A route. The kernel's own identity of it: table + destination + metric (+ tos, which we never set). */
export interface Route {
  readonly destination: Cidr;
  readonly kind: RouteKind;
  /** Empty for blackhole and its kin; more than one = multipath. */
  readonly nextHops: readonly NextHop[];
  /** RTPROT_*: 3 boot, 4 static, 12 bird, 80 ours. */
  readonly protocol: number;
  readonly scope: 'universe' | 'link' | 'host';
  /** 0 = none given. IPv6 reads back 1024 for "none given". */
  readonly metric: number;
  /** 254 = main. */
  readonly table: number;
  /** Preferred source address. */
  readonly source?: Ip;
  readonly mtuBytes?: number;
}

/** `ip route` number of the main table. */
export const mainTable = 254;

/** Route protocol numbers, @see linux/rtnetlink.h RTPROT_*. `weft` is what this project writes (as Calico does). */
export const routeProtocol = { kernel: 2, boot: 3, static: 4, bird: 12, weft: 80 } as const;
