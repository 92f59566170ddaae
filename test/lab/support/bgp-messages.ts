import { parseCidr } from '../../../src/net/cidr.ts';
import { ipToBytes, parseIp } from '../../../src/net/ip.ts';

/** BGP messages byte by byte, wrong ones too. @see RFC 4271 4 */
type Bytes = readonly number[];

const messageType = { open: 1, update: 2, notification: 3, keepalive: 4, refresh: 5 } as const;

/** Attribute flags. @see RFC 4271 4.3 */
export const flags = { optional: 0x80, transitive: 0x40, wellKnown: 0x40, optionalTransitive: 0xc0 } as const;

/** @see RFC 4271 4.2; capabilities: IPv4 unicast (RFC 4760), route refresh (RFC 2918), AS numbers of 4 bytes (RFC 6793) */
export function openMessage(asNumber: number, routerId: string): Buffer {
  const capabilities = [1, 4, 0, 1, 0, 1, 2, 0, 65, 4, ...uint32(asNumber)];
  const parameters = [2, capabilities.length, ...capabilities];
  const as2 = asNumber > 0xffff ? 23_456 : asNumber;
  return message(messageType.open, [
    4,
    ...uint16(as2),
    ...uint16(90),
    ...address(routerId),
    parameters.length,
    ...parameters,
  ]);
}

export function keepaliveMessage(): Buffer {
  return message(messageType.keepalive, []);
}

/** @param nlri networks as text, or bytes for what is none */
export function updateMessage(attributes: readonly Bytes[], nlri: readonly string[] | Bytes): Buffer {
  const all = attributes.flat();
  const networks = nlri.flatMap((one) => (typeof one === 'number' ? [one] : network(one)));
  return message(messageType.update, [0, 0, ...uint16(all.length), ...all, ...networks]);
}

/** A route that is taken back. */
export function withdrawMessage(networks: readonly string[]): Buffer {
  const bytes = networks.flatMap(network);
  return message(messageType.update, [...uint16(bytes.length), ...bytes, 0, 0]);
}

/** A path attribute, its length as it should be unless `length` says something else. */
export function attribute(flag: number, type: number, value: Bytes, length = value.length): Bytes {
  return [flag, type, length, ...value];
}

/** What every route has: ORIGIN igp, AS_PATH, NEXT_HOP. */
export function usualAttributes(path: readonly number[], nextHop: string): readonly Bytes[] {
  return [attribute(flags.wellKnown, 1, [0]), asPath(path), attribute(flags.wellKnown, 3, address(nextHop))];
}

/** One sequence of AS numbers of 4 bytes. */
export function asPath(path: readonly number[]): Bytes {
  const segment = path.length === 0 ? [] : [2, path.length, ...path.flatMap(uint32)];
  return attribute(flags.wellKnown, 2, segment);
}

/** Type of a message, of its bytes; and of a NOTIFICATION code and subcode. */
export function describeMessage(bytes: Buffer): {
  readonly type: string;
  readonly code?: number;
  readonly subcode?: number;
} {
  const type = Object.entries(messageType).find(([, number]) => number === bytes[18])?.[0] ?? 'unknown';
  return type === 'notification' ? { type, code: bytes[19] ?? 0, subcode: bytes[20] ?? 0 } : { type };
}

/** Header and body. @see RFC 4271 4.1 */
export function message(type: number, body: Bytes): Buffer {
  return Buffer.from([...Array<number>(16).fill(0xff), ...uint16(19 + body.length), type, ...body]);
}

function network(text: string): Bytes {
  const cidr = parseCidr(text);
  const [ip = '', length = ''] = cidr.split('/');
  return [Number(length), ...address(ip).slice(0, Math.ceil(Number(length) / 8))];
}

/** The bytes of an IPv4 address. */
export function address(ip: string): Bytes {
  return [...ipToBytes(parseIp(ip))];
}

function uint16(value: number): Bytes {
  return [value >> 8, value & 0xff];
}

function uint32(value: number): Bytes {
  return [...uint16(Math.floor(value / 0x1_0000)), ...uint16(value % 0x1_0000)];
}
