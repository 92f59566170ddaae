import type { Cidr } from '../net/cidr.ts';
import type { Ip } from '../net/ip.ts';

/** What a BGP speaker without routing table says about routes. */
export type RouteNews =
  | { readonly kind: 'announce'; readonly peer: string; readonly network: Cidr; readonly path: RoutePath }
  | { readonly kind: 'withdraw'; readonly peer: string; readonly network: Cidr }
  /** The session has ended, and with it everything the peer had announced. */
  | { readonly kind: 'peer lost'; readonly peer: string };

/** What decides between the announcements of several peers. */
export interface RoutePath {
  readonly nextHop: Ip;
  /** Number of AS on the way. */
  readonly length: number;
}
