import { ipFamily } from '../../net/ip.ts';
import type { Packet } from '../packet.ts';
import { isIcmp } from './condition.ts';

/** Multicast listeners; routers and neighbours asking and answering; reports of MLDv2. */
const types: ReadonlySet<number> = new Set([130, 131, 132, 133, 134, 135, 136, 143]);

/**
 * True for what IPv6 says to the neighbours on a link instead of ARP (RFC 4861, 2710, 3810). It is no more a matter of a
 * host endpoint's policy than ARP: the other host would be as good as gone.
 */
export function isNeighbourMessage(packet: Packet): boolean {
  return ipFamily(packet.source) === 6 && isIcmp(packet) && types.has(packet.icmpType ?? -1);
}
