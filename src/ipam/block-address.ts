import { type Cidr, cidrAddress, cidrFamily, cidrLength, cidrOf } from '../net/cidr.ts';
import { addressBits, type Ip, ipDistance, ipFamily, ipPlus, ipv4FromNumber, ipv4ToNumber } from '../net/ip.ts';

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
  const ordinal = ipDistance(cidrAddress(block), ip);
  return ordinal >= 0 && ordinal < blockAddressCount(block) ? ordinal : undefined;
}

/** The block of this prefix length that holds the address: 192.168.1.70, 26 -> 192.168.1.64/26. */
export function blockHolding(ip: Ip, prefixLength: number): Cidr {
  return cidrOf(ip, prefixLength);
}
