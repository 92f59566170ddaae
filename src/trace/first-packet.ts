import { ipFamily } from '../net/ip.ts';
import { protocolNumbers } from '../net/protocol.ts';
import type { Packet } from '../policy/packet.ts';
import type { ConnectionEnd } from './connection.ts';

const { ICMP, ICMPv6 } = protocolNumbers;

/** The first packet of a connection, from a port that no policy has reason to name; of ICMP an echo request. */
export function firstPacket(
  source: ConnectionEnd,
  destination: ConnectionEnd,
  protocol: number,
  port?: number,
): Packet {
  const ends = { source: source.address, destination: destination.address };
  if (protocol === ICMP || protocol === ICMPv6) {
    return ipFamily(source.address) === 4
      ? { ...ends, protocol: ICMP, icmpType: 8, icmpCode: 0 }
      : { ...ends, protocol: ICMPv6, icmpType: 128, icmpCode: 0 };
  }
  if (port === undefined) return { ...ends, protocol };
  return { ...ends, protocol, sourcePort: 40_000, destinationPort: port };
}
