import type { Ip } from '../net/ip.ts';

/**
 * The first packet of a connection, as policy sees it: after destination NAT, before source NAT.
 */
export interface Packet {
  readonly source: Ip;
  readonly destination: Ip;
  /** IANA number. */
  readonly protocol: number;
  /** TCP, UDP, SCTP, UDP-Lite. */
  readonly sourcePort?: number;
  readonly destinationPort?: number;
  /** ICMP and ICMPv6. */
  readonly icmpType?: number;
  readonly icmpCode?: number;
}
