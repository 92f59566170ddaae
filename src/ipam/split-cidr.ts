import { WeftError } from '../base/errors.ts';
import { type Cidr, cidrAddress, cidrFamily, cidrLength, cidrOf } from '../net/cidr.ts';
import { addressBits, ipFromBigInt, ipToBigInt } from '../net/ip.ts';

/** More pools than this are a typing mistake. */
const maxParts = 1024;

/**
 * Cuts a network into equal parts.
 *
 * @param parts a power of two from 2 on
 * @param longest the parts may not be smaller than this prefix length (the block size of the pool)
 * @throws WeftError IPAM_SPLIT
 */
export function splitCidr(cidr: Cidr, parts: number, longest: number): readonly Cidr[] {
  const power = Math.log2(parts);
  if (!Number.isInteger(power) || power < 1 || parts > maxParts) {
    throw new WeftError(
      'IPAM_SPLIT',
      `error splitting the CIDR ${cidr} into ${parts} CIDRs: ${parts} is not a power of 2 from 2 to ${maxParts}`,
    );
  }
  const length = cidrLength(cidr) + power;
  if (length > longest) {
    throw new WeftError(
      'IPAM_SPLIT',
      `the CIDR ${cidr} is not large enough to be split into ${parts} parts: each would be a /${length}, blocks are /${longest}`,
    );
  }
  const family = cidrFamily(cidr);
  const first = ipToBigInt(cidrAddress(cidr));
  const size = 1n << BigInt(addressBits(family) - length);
  return Array.from({ length: parts }, (_part, index) =>
    cidrOf(ipFromBigInt(first + BigInt(index) * size, family), length),
  );
}
