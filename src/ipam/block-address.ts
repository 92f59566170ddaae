import { type Cidr, cidrAddress, cidrFamily, cidrLength, cidrOf } from '../net/cidr.ts';
import { addressBits, type Ip, ipFamily, ipFromBytes, ipPlus, ipToBigInt } from '../net/ip.ts';

/** How many addresses a block holds: 64 for a /26 or a /122. First and last are usable like any other. */
export function blockAddressCount(block: Cidr): number {
  return 2 ** (addressBits(cidrFamily(block)) - cidrLength(block));
}

/** The address with this ordinal: ordinal 6 of 192.168.1.64/26 is 192.168.1.70. */
export function addressAt(block: Cidr, ordinal: number): Ip {
  const first = cidrAddress(block);
  return ipFamily(first) === 4 ? ipv4FromNumber(ipv4ToNumber(first) + ordinal) : ipPlus(first, ordinal);
}

/** The ordinal of an address in its block, `undefined` when the block does not hold it. */
export function ordinalOf(block: Cidr, ip: Ip): number | undefined {
  if (ipFamily(ip) !== cidrFamily(block)) return undefined;
  const first = cidrAddress(block);
  const distance =
    ipFamily(ip) === 4 ? ipv4ToNumber(ip) - ipv4ToNumber(first) : Number(ipToBigInt(ip) - ipToBigInt(first));
  return distance >= 0 && distance < blockAddressCount(block) ? distance : undefined;
}

/** The block of this prefix length that holds the address: 192.168.1.70, 26 -> 192.168.1.64/26. */
export function blockHolding(ip: Ip, prefixLength: number): Cidr {
  return cidrOf(ip, prefixLength);
}

/** An IPv4 address as an unsigned 32-bit number: plain arithmetic is ten times cheaper than BigInt. */
export function ipv4ToNumber(ip: Ip): number {
  let value = 0;
  for (const part of ip.split('.')) value = value * 256 + Number(part);
  return value;
}

function ipv4FromNumber(value: number): Ip {
  return ipFromBytes(Uint8Array.of(value >>> 24, value >>> 16, value >>> 8, value));
}
