import ipaddr from 'ipaddr.js';
import { WeftError } from '../base/errors.ts';

declare const ipBrand: unique symbol;

/**
 * An IPv4 or IPv6 address as canonical text: dotted decimal, or RFC 5952. Because the text is canonical, `===` compares
 * addresses and an address can be a Map key. Made only by the functions of this file.
 */
export type Ip = string & { readonly [ipBrand]: true };

/** The IP version. */
export type Family = 4 | 6;

/**
 * Reads an address. Strict: four decimal parts without leading zeros for IPv4, no zone for IPv6.
 *
 * @throws WeftError NET_BAD_IP
 */
export function parseIp(text: string): Ip {
  const ip = tryParseIp(text);
  if (ip === undefined) throw new WeftError('NET_BAD_IP', `Cannot read address "${text}": not an IPv4 or IPv6 address`);
  return ip;
}

/** Like {@link parseIp}, but `undefined` for what is not an address. */
export function tryParseIp(text: string): Ip | undefined {
  if (ipaddr.IPv4.isValidFourPartDecimal(text)) {
    return /(^|\.)0\d/.test(text) ? undefined : (text as Ip);
  }
  if (!text.includes(':') || text.includes('%') || !ipaddr.IPv6.isValid(text)) return undefined;
  return ipaddr.IPv6.parse(text).toRFC5952String() as Ip;
}

/** 4 or 6. */
export function ipFamily(ip: Ip): Family {
  return ip.includes(':') ? 6 : 4;
}

/** Number of bits in an address of the family: 32 or 128. */
export function addressBits(family: Family): 32 | 128 {
  return family === 4 ? 32 : 128;
}

/** Network byte order: 4 or 16 bytes. */
export function ipToBytes(ip: Ip): Uint8Array {
  // IPv4 by itself: routing and IPAM do this for every address of a cluster.
  if (ipFamily(ip) === 4) return Uint8Array.from(ip.split('.'), Number);
  return Uint8Array.from(ipaddr.IPv6.parse(ip).toByteArray());
}

/**
 * From network byte order.
 *
 * @throws WeftError NET_BAD_IP unless 4 or 16 bytes are given
 */
export function ipFromBytes(bytes: Uint8Array): Ip {
  if (bytes.length === 4) return bytes.join('.') as Ip;
  if (bytes.length === 16)
    return ipaddr.IPv6.parse(new ipaddr.IPv6([...bytes]).toNormalizedString()).toRFC5952String() as Ip;
  throw new WeftError('NET_BAD_IP', `Cannot read address: ${bytes.length} bytes found, 4 or 16 needed`);
}

/** An IPv4 address as an unsigned 32 bit number: the quick way where the family is known. */
export function ipv4ToNumber(ip: Ip): number {
  let value = 0;
  for (const part of ip.split('.')) value = value * 256 + Number(part);
  return value;
}

/** The IPv4 address of an unsigned 32 bit number. */
export function ipv4FromNumber(value: number): Ip {
  return `${value >>> 24}.${(value >>> 16) & 255}.${(value >>> 8) & 255}.${value & 255}` as Ip;
}

/** The address as an unsigned number, for arithmetic. */
export function ipToBigInt(ip: Ip): bigint {
  if (ipFamily(ip) === 4) return BigInt(ipv4ToNumber(ip));
  let value = 0n;
  for (const byte of ipToBytes(ip)) value = (value << 8n) | BigInt(byte);
  return value;
}

/**
 * The address of the family with this number.
 *
 * @throws WeftError NET_BAD_IP when the number does not fit
 */
export function ipFromBigInt(value: bigint, family: Family): Ip {
  const length = addressBits(family) / 8;
  if (value < 0n || value >= 1n << BigInt(length * 8)) {
    throw new WeftError('NET_BAD_IP', `Cannot make an IPv${family} address of ${value}: out of range`);
  }
  const bytes = new Uint8Array(length);
  let rest = value;
  for (let i = length - 1; i >= 0; i--) {
    bytes[i] = Number(rest & 0xffn);
    rest >>= 8n;
  }
  return ipFromBytes(bytes);
}

/** The address `count` further (or back, when negative). */
export function ipPlus(ip: Ip, count: number | bigint): Ip {
  return ipFromBigInt(ipToBigInt(ip) + BigInt(count), ipFamily(ip));
}

/** How far `to` is behind `from`, of the same family; negative when it is before. Exact below 2^53. */
export function ipDistance(from: Ip, to: Ip): number {
  // Plain arithmetic is ten times cheaper than BigInt.
  return ipFamily(from) === 4 ? ipv4ToNumber(to) - ipv4ToNumber(from) : Number(ipToBigInt(to) - ipToBigInt(from));
}

/** Order: IPv4 before IPv6, then by number. For sorting. */
export function compareIps(a: Ip, b: Ip): number {
  const family = ipFamily(a) - ipFamily(b);
  if (family !== 0) return family;
  const left = ipToBigInt(a);
  const right = ipToBigInt(b);
  return left < right ? -1 : left > right ? 1 : 0;
}

/** True for an IPv6 address that means something on one link only (RFC 4291 2.5.6): fe80::/10. */
export function isLinkLocal(ip: Ip): boolean {
  return /^fe[89ab][0-9a-f]:/.test(ip);
}

/** False for `0.0.0.0` and `::`, which stand for any host or none, and for {@link isLinkLocal} addresses. */
export function isRoutable(ip: Ip): boolean {
  return ip !== '0.0.0.0' && ip !== '::' && !isLinkLocal(ip);
}

/** True for an IPv4 address in the form of IPv6, `::ffff:10.0.0.1`. @see RFC 4291 section 2.5.5.2 */
export function isMappedIpv4(ip: Ip): boolean {
  return ipFamily(ip) === 6 && ipToBigInt(ip) >> 32n === 0xffffn;
}
