import { cidrsOverlap, tryParseCidr } from '../net/cidr.ts';
import type { Family } from '../net/ip.ts';
import type { IPPool } from './calico.ts';

/** Prefix length of the blocks of a pool that says nothing. */
export const defaultBlockSize: Readonly<Record<Family, number>> = { 4: 26, 6: 122 };

/** The first of `others` that shares addresses with the pool; the pool itself (same name) does not count. */
export function poolsOverlap(pool: IPPool, others: readonly IPPool[]): IPPool | undefined {
  const cidr = tryParseCidr(pool.spec.cidr);
  if (cidr === undefined) return undefined;
  return others.find((other) => {
    const otherCidr = tryParseCidr(other.spec.cidr);
    return other.metadata.name !== pool.metadata.name && otherCidr !== undefined && cidrsOverlap(cidr, otherCidr);
  });
}

/** The words of the refusal of an overlapping pool. */
export function overlapText(pool: IPPool, other: IPPool): string {
  return `IPPool(${pool.metadata.name}) CIDR overlaps with IPPool(${other.metadata.name}) CIDR ${other.spec.cidr}`;
}
