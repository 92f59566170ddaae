import { type Ip, ipFromBytes } from './ip.ts';

/** Who sends a packet to whom, as its headers say. What a truncated packet or a fragment does not say is absent. */
export interface PacketHeaders {
  readonly source: Ip;
  readonly destination: Ip;
  /** IANA number; of an IPv6 packet what comes after its extension headers. */
  readonly protocol: number;
  /** TCP, UDP, UDP-Lite, SCTP, DCCP; absent in a later fragment. */
  readonly sourcePort?: number;
  readonly destinationPort?: number;
  /** ICMP and ICMPv6. */
  readonly icmpType?: number;
  readonly icmpCode?: number;
}

const ipv4HeaderBytes = 20;
const ipv6HeaderBytes = 40;
const withPorts: ReadonlySet<number> = new Set([6, 17, 33, 132, 136]);
const icmp = 1;
const icmpv6 = 58;
/** Extension headers with a length of their own, in units of 8 bytes after the first 8. @see RFC 8200 section 4 */
const optionHeaders: ReadonlySet<number> = new Set([0, 43, 60, 135, 139, 140]);
const fragmentHeader = 44;
/** Counts in units of 4 bytes, minus 2. @see RFC 4302 section 2.2 */
const authenticationHeader = 51;

/**
 * Reads the headers of a packet that begins with its IP header and may end anywhere; `undefined` when it has no
 * complete IP header. Never throws: what is read here comes from the network.
 */
export function decodePacketHeaders(packet: Uint8Array): PacketHeaders | undefined {
  const version = (packet[0] ?? 0) >> 4;
  if (version === 4 && packet.length >= ipv4HeaderBytes) return decodeIpv4(packet);
  if (version === 6 && packet.length >= ipv6HeaderBytes) return decodeIpv6(packet);
  return undefined;
}

function decodeIpv4(packet: Uint8Array): PacketHeaders | undefined {
  const headerBytes = ((packet[0] ?? 0) & 0xf) * 4;
  if (headerBytes < ipv4HeaderBytes) return undefined;
  const fragmentOffset = readU16(packet, 6) & 0x1fff;
  const protocol = packet[9] ?? 0;
  return {
    source: ipFromBytes(packet.subarray(12, 16)),
    destination: ipFromBytes(packet.subarray(16, 20)),
    protocol,
    ...(fragmentOffset === 0 ? decodeTransport(packet, headerBytes, protocol) : {}),
  };
}

function decodeIpv6(packet: Uint8Array): PacketHeaders {
  let next = packet[6] ?? 0;
  let at = ipv6HeaderBytes;
  let laterFragment = false;
  // Every header takes at least 8 bytes, so that this ends with the packet.
  while (at + 8 <= packet.length && !laterFragment) {
    const length = extensionBytes(next, packet[at + 1] ?? 0);
    if (length === undefined) break;
    if (next === fragmentHeader) laterFragment = readU16(packet, at + 2) >> 3 !== 0;
    next = packet[at] ?? 0;
    at += length;
  }
  return {
    source: ipFromBytes(packet.subarray(8, 24)),
    destination: ipFromBytes(packet.subarray(24, 40)),
    protocol: next,
    ...(laterFragment ? {} : decodeTransport(packet, at, next)),
  };
}

/** Length of an extension header; `undefined` for what is none. */
function extensionBytes(header: number, lengthField: number): number | undefined {
  if (header === fragmentHeader) return 8;
  if (header === authenticationHeader) return (lengthField + 2) * 4;
  return optionHeaders.has(header) ? (lengthField + 1) * 8 : undefined;
}

function decodeTransport(packet: Uint8Array, at: number, protocol: number): Partial<PacketHeaders> {
  if (withPorts.has(protocol)) {
    if (at + 4 > packet.length) return {};
    return { sourcePort: readU16(packet, at), destinationPort: readU16(packet, at + 2) };
  }
  if ((protocol !== icmp && protocol !== icmpv6) || at + 2 > packet.length) return {};
  return { icmpType: packet[at] ?? 0, icmpCode: packet[at + 1] ?? 0 };
}

function readU16(bytes: Uint8Array, at: number): number {
  return ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
}
