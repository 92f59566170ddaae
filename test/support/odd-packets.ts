import { ipToBytes, parseIp } from '../../src/net/ip.ts';
import { protocolNumbers } from '../../src/net/protocol.ts';
import { packet } from '../../src/policy/testing/policy-case.ts';
import { encodePacket } from './encode-packet.ts';

const { TCP, UDP } = protocolNumbers;
const headerBytes = { 4: 20, 6: 40 } as const;
const fragmentHeader = 44;

/** The packet that `text` says, as of {@link packet}. */
export function bytesOf(text: string): Uint8Array {
  return encodePacket(packet(text));
}

/** A packet of any protocol around any payload. IPv4 headers may have options, in words of 4 bytes. */
export function ipPacket(
  source: string,
  destination: string,
  protocol: number,
  payload: readonly number[],
  options: readonly number[] = [],
): Uint8Array {
  const ends = [...ipToBytes(parseIp(source)), ...ipToBytes(parseIp(destination))];
  if (source.includes(':')) {
    return Uint8Array.from([0x60, 0, 0, 0, ...u16(payload.length), protocol, 64, ...ends, ...payload]);
  }
  const length = 20 + options.length;
  const header = [0x40 + length / 4, 0, ...u16(length + payload.length), 0, 1, 0, 0, 64, protocol, 0, 0];
  return withHeaderSum(Uint8Array.from([...header, ...ends, ...options, ...payload]));
}

/** A TCP segment with these flags (FIN 1, SYN 2, RST 4, PSH 8, ACK 16, URG 32) and no checksum. */
export function tcp(destinationPort: number, flags: number, length = 20): readonly number[] {
  const head = [...u16(40_000), ...u16(destinationPort), 0, 0, 0, 1, 0, 0, 0, 1, 0x50, flags, 4, 0, 0, 0, 0, 0];
  return [...head, ...Array<number>(Math.max(0, length - 20)).fill(0)].slice(0, length);
}

/** A UDP datagram with so many zeroes and no checksum. */
export function udp(destinationPort: number, length: number): readonly number[] {
  return [...u16(40_000), ...u16(destinationPort), ...u16(8 + length), 0, 0, ...Array<number>(length).fill(0)];
}

/**
 * The packet in pieces of so many bytes after the IP header (a multiple of 8).
 *
 * @param id of the datagram, which the node puts together again
 */
export function fragments(whole: Uint8Array, pieceBytes: number, id: number): readonly Uint8Array[] {
  const version = (whole[0] ?? 0) >> 4 === 4 ? 4 : 6;
  const head = [...whole.subarray(0, headerBytes[version])];
  const payload = [...whole.subarray(headerBytes[version])];
  const count = Math.max(1, Math.ceil(payload.length / pieceBytes));
  return Array.from({ length: count }, (_, i) => {
    const piece = payload.slice(i * pieceBytes, (i + 1) * pieceBytes);
    const more = i < count - 1;
    const words = (i * pieceBytes) / 8;
    if (version === 4) {
      const header = head.with(2, (20 + piece.length) >> 8).with(3, (20 + piece.length) & 255);
      header.splice(4, 4, ...u16(id), ...u16((more ? 0x2000 : 0) | words));
      return withHeaderSum(Uint8Array.from([...header, ...piece]));
    }
    const extension = [head[6] ?? 0, 0, ...u16((words << 3) | (more ? 1 : 0)), 0, 0, ...u16(id)];
    const header = [...head.with(6, fragmentHeader)];
    header.splice(4, 2, ...u16(8 + piece.length));
    return Uint8Array.from([...header, ...extension, ...piece]);
  });
}

/** The IPv6 packet with an extension header of this kind before its payload: 8 bytes of padding options. */
export function extended(whole: Uint8Array, kind: number, content: readonly number[] = [1, 4, 0, 0, 0, 0]): Uint8Array {
  const [head, payload] = [whole.subarray(0, 40), whole.subarray(40)];
  const extension = [head[6] ?? 0, 0, ...content];
  const header = [...head];
  header.splice(4, 3, ...u16(payload.length + extension.length), kind);
  return Uint8Array.from([...header, ...extension, ...payload]);
}

/** Says that `about` could not be delivered; from `source`, IPv4. */
export function unreachable(source: string, about: Uint8Array): Uint8Array {
  const payload = [3, 1, 0, 0, 0, 0, 0, 0, ...about.subarray(0, 28)];
  payload.splice(2, 2, ...u16(sum(payload)));
  const to = [...about.subarray(12, 16)].join('.');
  return ipPacket(source, to, protocolNumbers.ICMP, payload);
}

export const tcpPacket = (source: string, destination: string, port: number, flags: number, length?: number) =>
  ipPacket(source, destination, TCP, tcp(port, flags, length));
export const udpPacket = (source: string, destination: string, port: number, length: number) =>
  ipPacket(source, destination, UDP, udp(port, length));

function withHeaderSum(bytes: Uint8Array): Uint8Array {
  const length = ((bytes[0] ?? 0) & 15) * 4;
  bytes.set([0, 0], 10);
  bytes.set(u16(sum([...bytes.subarray(0, length)])), 10);
  return bytes;
}

function u16(value: number): readonly [number, number] {
  return [(value >> 8) & 255, value & 255];
}

/** Ones' complement of the sum of all pairs of bytes. @see RFC 1071 */
function sum(bytes: readonly number[]): number {
  let total = 0;
  for (let i = 0; i < bytes.length; i += 2) total += ((bytes[i] ?? 0) << 8) | (bytes[i + 1] ?? 0);
  while (total > 0xffff) total = (total & 0xffff) + (total >> 16);
  return ~total & 0xffff;
}
