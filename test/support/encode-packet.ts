import { ipFamily, ipToBytes } from '../../src/net/ip.ts';
import { protocolNumbers } from '../../src/net/protocol.ts';
import type { Packet } from '../../src/policy/packet.ts';

const { TCP, UDP, SCTP, ICMP, ICMPv6 } = protocolNumbers;

/** The IP packet that a kernel takes for the first one of such a connection: a SYN, a datagram, an INIT, an echo request. */
export function encodePacket(packet: Packet): Uint8Array {
  const payload = transport(packet);
  const source = ipToBytes(packet.source);
  const destination = ipToBytes(packet.destination);
  const at = checksumAt.get(packet.protocol);
  if (at !== undefined) {
    const isPlainIcmp = packet.protocol === ICMP;
    const pseudo = isPlainIcmp ? [] : [...source, ...destination, ...u32(payload.length), ...u32(packet.protocol)];
    payload.splice(at, 2, ...u16(checksum([...pseudo, ...payload])));
  }
  if (ipFamily(packet.source) === 6) {
    const header = [0x60, 0, 0, 0, ...u16(payload.length), packet.protocol, 64];
    return Uint8Array.from([...header, ...source, ...destination, ...payload]);
  }
  const header = [
    0x45,
    0,
    ...u16(20 + payload.length),
    0,
    1,
    0,
    0,
    64,
    packet.protocol,
    0,
    0,
    ...source,
    ...destination,
  ];
  header.splice(10, 2, ...u16(checksum(header)));
  return Uint8Array.from([...header, ...payload]);
}

/** Where the checksum is, which counts addresses in but for ICMP. */
const checksumAt: ReadonlyMap<number, number> = new Map([
  [TCP, 16],
  [UDP, 6],
  [ICMP, 2],
  [ICMPv6, 2],
]);

function transport({ protocol, sourcePort = 0, destinationPort = 0, icmpType = 0, icmpCode = 0 }: Packet): number[] {
  const ports = [...u16(sourcePort), ...u16(destinationPort)];
  switch (protocol) {
    case TCP:
      // Sequence and acknowledgement numbers, 5 words of header, SYN, window, checksum, no urgent data.
      return [...ports, ...u32(1), ...u32(0), 0x50, 0x02, ...u16(1024), 0, 0, 0, 0];
    case UDP:
      return [...ports, ...u16(12), 0, 0, ...u32(0)];
    case SCTP:
      // No verification tag, the checksum that nobody checks here, chunk INIT.
      return [...ports, ...u32(0), ...u32(0), 1, 0, ...u16(20), ...u32(1), ...u32(1024), 0, 1, 0, 1, ...u32(1)];
    case ICMP:
    case ICMPv6:
      return [icmpType, icmpCode, 0, 0, 0, 7, 0, 1, ...u32(0), ...u32(0), ...u32(0)];
    default:
      return [...u32(0), ...u32(0)];
  }
}

function u16(value: number): readonly [number, number] {
  return [(value >> 8) & 255, value & 255];
}

function u32(value: number): readonly number[] {
  return [...u16(value >>> 16), ...u16(value & 0xffff)];
}

/** Ones' complement of the sum of all pairs of bytes. @see RFC 1071 */
function checksum(bytes: readonly number[]): number {
  let sum = 0;
  for (let i = 0; i < bytes.length; i += 2) sum += ((bytes[i] ?? 0) << 8) | (bytes[i + 1] ?? 0);
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >> 16);
  return ~sum & 0xffff;
}
