import { WeftError } from '../base/errors.ts';
import {
  addressBits,
  compareIps,
  type Family,
  type Ip,
  ipFamily,
  ipFromBigInt,
  ipToBigInt,
  ipv4FromNumber,
  ipv4ToNumber,
  tryParseIp,
} from './ip.ts';

declare const cidrBrand: unique symbol;

/** A network as canonical text, host bits zero: `10.0.0.0/26`, `fd00::/122`. `===` compares networks. */
export type Cidr = string & { readonly [cidrBrand]: true };

/** An address with the length of its network, host bits kept: `192.168.122.20/24` is {ip, prefixLength: 24}. */
export interface IpWithPrefix {
  readonly ip: Ip;
  readonly prefixLength: number;
}

/**
 * Reads a network. Host bits must be zero.
 *
 * @throws WeftError NET_BAD_CIDR
 */
export function parseCidr(text: string): Cidr {
  const parsed = parseIpWithPrefix(text);
  const cidr = cidrOf(parsed.ip, parsed.prefixLength);
  if (cidrAddress(cidr) !== parsed.ip) {
    throw new WeftError('NET_BAD_CIDR', `Cannot read network "${text}": host bits are set, "${cidr}" needed`);
  }
  return cidr;
}

/** Like {@link parseCidr}, but `undefined` for what is not a network. */
export function tryParseCidr(text: string): Cidr | undefined {
  try {
    return parseCidr(text);
  } catch {
    return undefined;
  }
}

/**
 * Reads `address/length` and keeps the host bits; a bare address gets the full length.
 *
 * @throws WeftError NET_BAD_CIDR
 */
export function parseIpWithPrefix(text: string): IpWithPrefix {
  const slash = text.indexOf('/');
  const ip = tryParseIp(slash < 0 ? text : text.slice(0, slash));
  const length = slash < 0 ? undefined : text.slice(slash + 1);
  if (ip !== undefined && length === undefined) return { ip, prefixLength: addressBits(ipFamily(ip)) };
  if (
    ip === undefined ||
    length === undefined ||
    !/^\d{1,3}$/.test(length) ||
    Number(length) > addressBits(ipFamily(ip))
  ) {
    throw new WeftError('NET_BAD_CIDR', `Cannot read network "${text}": ADDRESS/LENGTH needed`);
  }
  return { ip, prefixLength: Number(length) };
}

/** The network of this length that holds the address. */
export function cidrOf(ip: Ip, prefixLength: number): Cidr {
  const family = ipFamily(ip);
  if (family === 4) {
    // A shift by 32 is a shift by 0 in JavaScript, so /0 has its own mask.
    const mask = prefixLength === 0 ? 0 : (-1 << (32 - prefixLength)) >>> 0;
    return `${ipv4FromNumber((ipv4ToNumber(ip) & mask) >>> 0)}/${prefixLength}` as Cidr;
  }
  const hostBits = BigInt(addressBits(family) - prefixLength);
  return `${ipFromBigInt((ipToBigInt(ip) >> hostBits) << hostBits, family)}/${prefixLength}` as Cidr;
}

/** The one-address network of an address: /32 or /128. */
export function hostCidr(ip: Ip): Cidr {
  return `${ip}/${addressBits(ipFamily(ip))}` as Cidr;
}

/** The first address of the network. */
export function cidrAddress(cidr: Cidr): Ip {
  return cidr.slice(0, cidr.indexOf('/')) as Ip;
}

/** The prefix length: 26 for `10.0.0.0/26`. */
export function cidrLength(cidr: Cidr): number {
  return Number(cidr.slice(cidr.indexOf('/') + 1));
}

/** 4 or 6. */
export function cidrFamily(cidr: Cidr): Family {
  return ipFamily(cidrAddress(cidr));
}

/** True for a network of one address: `/32`, `/128`. */
export function isSingleAddress(cidr: Cidr): boolean {
  return cidrLength(cidr) === addressBits(cidrFamily(cidr));
}

/** How many addresses the network holds. */
export function cidrSize(cidr: Cidr): bigint {
  return 1n << BigInt(addressBits(cidrFamily(cidr)) - cidrLength(cidr));
}

/** True when the network holds the address. */
export function cidrContainsIp(cidr: Cidr, ip: Ip): boolean {
  return cidrFamily(cidr) === ipFamily(ip) && cidrOf(ip, cidrLength(cidr)) === cidr;
}

/** True when every address of `inner` is in `outer` (equal networks included). */
export function cidrContains(outer: Cidr, inner: Cidr): boolean {
  return cidrLength(outer) <= cidrLength(inner) && cidrContainsIp(outer, cidrAddress(inner));
}

/** True when the two networks share an address. */
export function cidrsOverlap(a: Cidr, b: Cidr): boolean {
  return cidrContains(a, b) || cidrContains(b, a);
}

/** Order by family, then address, then length. For sorting. */
export function compareCidrs(a: Cidr, b: Cidr): number {
  return compareIps(cidrAddress(a), cidrAddress(b)) || cidrLength(a) - cidrLength(b);
}
