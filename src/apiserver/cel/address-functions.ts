import type { Environment } from '@marcbachmann/cel-js';
import { cidrContains, cidrContainsIp, cidrOf, parseIpWithPrefix } from '../../net/cidr.ts';
import {
  addressBits,
  type Ip,
  ipFamily,
  ipFromBigInt,
  ipToBigInt,
  isMappedIpv4,
  parseIp,
  tryParseIp,
} from '../../net/ip.ts';
import { registerFunctions } from './register-functions.ts';

/** An address inside an expression. */
class IpValue {
  readonly ip: Ip;
  constructor(ip: Ip) {
    this.ip = ip;
  }
}

/** A network inside an expression; host bits are kept, `masked()` drops them. */
class CidrValue {
  readonly ip: Ip;
  readonly length: number;
  constructor(ip: Ip, length: number) {
    this.ip = ip;
    this.length = length;
  }
}

// kube-apiserver reads no IPv4 addresses in the form of IPv6.
function isAddress(text: string): boolean {
  const ip = tryParseIp(text);
  return ip !== undefined && !isMappedIpv4(ip);
}

/** Receiver of `ip.isCanonical`. */
class IpNamespace {}

/**
 * `ip`, `isIP`, `cidr`, `isCIDR` and the methods of what they return.
 *
 * @see Kubernetes documentation "Common Expression Language in Kubernetes", "IP/CIDR library"
 */
export function registerAddressFunctions(environment: Environment): void {
  environment
    .registerType('net.IP', IpValue)
    .registerType('net.CIDR', CidrValue)
    .registerType('IpNamespace', IpNamespace)
    .registerConstant('ip', 'IpNamespace', new IpNamespace())
    .registerOperator('net.IP == net.IP', (a: IpValue, b: IpValue) => a.ip === b.ip)
    .registerOperator('net.CIDR == net.CIDR', (a: CidrValue, b: CidrValue) => cidrText(a) === cidrText(b));
  registerFunctions(environment, {
    'isIP(string): bool': isAddress,
    'ip(string): net.IP': (text: string) => new IpValue(parseIp(text)),
    'IpNamespace.isCanonical(string): bool': (_receiver: IpNamespace, text: string) => parseIp(text) === text,
    'string(net.IP): string': (value: IpValue) => value.ip,
    'net.IP.family(): int': (value: IpValue) => BigInt(ipFamily(value.ip)),
    'net.IP.isUnspecified(): bool': (value: IpValue) => ipToBigInt(value.ip) === 0n,
    'net.IP.isLoopback(): bool': ({ ip }: IpValue) => within(ip, '127.0.0.0/8', '::1/128'),
    'net.IP.isLinkLocalMulticast(): bool': ({ ip }: IpValue) => within(ip, '224.0.0.0/24', 'ff02::/16'),
    'net.IP.isLinkLocalUnicast(): bool': ({ ip }: IpValue) => within(ip, '169.254.0.0/16', 'fe80::/10'),
    'net.IP.isGlobalUnicast(): bool': ({ ip }: IpValue) => isGlobalUnicast(ip),
    'isCIDR(string): bool': (text: string) => tryReadCidr(text) !== undefined,
    'cidr(string): net.CIDR': readCidr,
    'string(net.CIDR): string': cidrText,
    'net.CIDR.ip(): net.IP': (value: CidrValue) => new IpValue(value.ip),
    'net.CIDR.prefixLength(): int': (value: CidrValue) => BigInt(value.length),
    'net.CIDR.masked(): net.CIDR': ({ ip, length }: CidrValue) => new CidrValue(networkAddress(ip, length), length),
    'net.CIDR.containsIP(net.IP): bool': (value: CidrValue, other: IpValue) => containsIp(value, other.ip),
    'net.CIDR.containsIP(string): bool': (value: CidrValue, text: string) => containsIp(value, parseIp(text)),
    'net.CIDR.containsCIDR(net.CIDR): bool': containsCidr,
    'net.CIDR.containsCIDR(string): bool': (value: CidrValue, text: string) => containsCidr(value, readCidr(text)),
  });
}

function within(ip: Ip, network4: string, network6: string): boolean {
  return containsIp(readCidr(ipFamily(ip) === 4 ? network4 : network6), ip);
}

/** Everything that is none of the special kinds above, nor multicast or broadcast. @see RFC 4291, RFC 1122 */
function isGlobalUnicast(ip: Ip): boolean {
  const special =
    within(ip, '127.0.0.0/8', '::1/128') ||
    within(ip, '224.0.0.0/4', 'ff00::/8') ||
    within(ip, '169.254.0.0/16', 'fe80::/10') ||
    within(ip, '255.255.255.255/32', '::/128');
  return !special && ipToBigInt(ip) !== 0n;
}

function tryReadCidr(text: string): CidrValue | undefined {
  try {
    return readCidr(text);
  } catch {
    return undefined;
  }
}

function readCidr(text: string): CidrValue {
  const { ip, prefixLength } = parseIpWithPrefix(text);
  if (!text.includes('/')) throw new TypeError(`"${text}" is no network: ADDRESS/LENGTH needed`);
  if (isMappedIpv4(ip)) throw new TypeError(`"${text}" is a network of IPv4 in the form of IPv6, its own form needed`);
  return new CidrValue(ip, prefixLength);
}

function cidrText({ ip, length }: CidrValue): string {
  return `${ip}/${length}`;
}

function networkAddress(ip: Ip, length: number): Ip {
  const hostBits = BigInt(addressBits(ipFamily(ip)) - length);
  return ipFromBigInt((ipToBigInt(ip) >> hostBits) << hostBits, ipFamily(ip));
}

function containsIp({ ip, length }: CidrValue, other: Ip): boolean {
  return cidrContainsIp(cidrOf(ip, length), other);
}

function containsCidr(outer: CidrValue, inner: CidrValue): boolean {
  return cidrContains(cidrOf(outer.ip, outer.length), cidrOf(inner.ip, inner.length));
}
