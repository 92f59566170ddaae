import { ipFamily } from '../../net/ip.ts';
import { protocolNumbers } from '../../net/protocol.ts';
import type { Packet } from '../packet.ts';
import type { AddressOwner } from './address-owner.ts';
import type { ClusterView } from './cluster-view.ts';

/** A question about a packet. */
export type Condition = (packet: Packet) => boolean;

/** The end of the connection that a condition is about. */
export type End = 'source' | 'destination';

/** The port at this end, of protocols that have ports. */
export function portAt(packet: Packet, end: End): number | undefined {
  return end === 'source' ? packet.sourcePort : packet.destinationPort;
}

/** True when the packet is an ICMP message of its own IP version. */
export function isIcmp({ source, protocol }: Packet): boolean {
  return protocol === (ipFamily(source) === 4 ? protocolNumbers.ICMP : protocolNumbers.ICMPv6);
}

/** The endpoint with the address at this end calls its port there by this name; `selects` says which endpoints count. */
export function namedPort(
  view: ClusterView,
  end: End,
  name: string,
  selects: (endpoint: AddressOwner) => boolean,
): Condition {
  return (packet) => {
    const port = portAt(packet, end);
    const has = ({ ports }: AddressOwner) =>
      ports.some((one) => one.name === name && one.protocol === packet.protocol && one.port === port);
    return view.endpointsAt(packet[end]).some((endpoint) => has(endpoint) && selects(endpoint));
  };
}

/** All of them hold. */
export function every(conditions: readonly Condition[]): Condition {
  return (packet) => conditions.every((holds) => holds(packet));
}

/** One of them holds. */
export function some(conditions: readonly Condition[]): Condition {
  return (packet) => conditions.some((holds) => holds(packet));
}
