import { cidrsOverlap, tryParseCidr } from '../net/cidr.ts';
import type { Family } from '../net/ip.ts';
import type { IPPool } from './calico.ts';

/** Prefix length of the blocks of a pool that says nothing. */
export const defaultBlockSize: Readonly<Record<Family, number>> = { 4: 26, 6: 122 };

/** Finalizer of a pool that smaller ones inside it replace: it goes when they are all there. */
export const splitFinalizer = 'weft.projectcalico.org/split';

/**
 * The first of `others` that shares addresses with the pool. The pool itself (same name) does not count, nor does one
 * on its way out that is just being split: nothing new is taken from it, its parts take over its blocks as they are.
 */
export function poolsOverlap(pool: IPPool, others: readonly IPPool[]): IPPool | undefined {
  const cidr = tryParseCidr(pool.spec.cidr);
  if (cidr === undefined) return undefined;
  return others.find((other) => {
    const otherCidr = tryParseCidr(other.spec.cidr);
    if (other.metadata.name === pool.metadata.name || otherCidr === undefined || isBeingSplit(other)) return false;
    return cidrsOverlap(cidr, otherCidr);
  });
}

/** True while smaller pools are taking this one's place. */
export function isBeingSplit({ metadata }: IPPool): boolean {
  return metadata.deletionTimestamp !== undefined && metadata.finalizers?.includes(splitFinalizer) === true;
}

/** The words of the refusal of an overlapping pool. */
export function overlapText(pool: IPPool, other: IPPool): string {
  return `IPPool(${pool.metadata.name}) CIDR overlaps with IPPool(${other.metadata.name}) CIDR ${other.spec.cidr}`;
}
