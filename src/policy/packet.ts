import type { PacketHeaders } from '../net/packet-headers.ts';

/** The first packet of a connection, as policy sees it: after destination NAT, before source NAT. */
export type Packet = PacketHeaders;
