import { cidrContains, cidrLength, tryParseCidr } from '../net/cidr.ts';
import type { IPAMBlock, IPPool } from './calico.ts';
import type { FieldError } from './field-error.ts';
import { defaultBlockSize, overlapText, poolsOverlap } from './ip-pool.ts';

/**
 * What forbids a new pool beside what is there: another pool with some of its addresses, or blocks of another size
 * inside of it. Nothing for a pool whose CIDR cannot be read: that is said elsewhere.
 */
export function poolConflict(
  pool: IPPool,
  pools: readonly IPPool[],
  blocks: readonly Pick<IPAMBlock, 'spec'>[],
): FieldError | undefined {
  const cidr = tryParseCidr(pool.spec.cidr);
  if (cidr === undefined) return undefined;
  const other = poolsOverlap(pool, pools);
  if (other !== undefined) return { field: 'spec.cidr', value: pool.spec.cidr, reason: overlapText(pool, other) };
  const size = pool.spec.blockSize ?? defaultBlockSize[cidr.includes(':') ? 6 : 4];
  const odd = blocks
    .map((block) => tryParseCidr(block.spec.cidr))
    .find((block) => block !== undefined && cidrContains(cidr, block) && cidrLength(block) !== size);
  if (odd === undefined) return undefined;
  const reason = `IPPool(${pool.metadata.name}) has the block size ${size}, but its CIDR holds the existing block ${odd}`;
  return { field: 'spec.blockSize', value: size, reason };
}
