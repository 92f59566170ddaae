import type { IPPool } from '../api/calico.ts';
import { ipPools } from '../api/kinds.ts';
import { withType } from '../api/meta.ts';
import { WeftError } from '../base/errors.ts';
import { readPool } from './pool.ts';
import { splitCidr } from './split-cidr.ts';

const maxNameLength = 253;

/**
 * The pools that take the place of one: `split-NAME-0`, `split-NAME-1`, ... Everything but the CIDR stays, so that the
 * blocks and addresses inside go on as they are.
 *
 * @throws WeftError IPAM_SPLIT
 */
export function splitPool(pool: IPPool, parts: number): readonly IPPool[] {
  const read = readPool(pool);
  if (read === undefined) {
    throw new WeftError('IPAM_SPLIT', `Cannot split IP pool "${pool.metadata.name}": its CIDR cannot be read`);
  }
  const { name, labels, annotations } = pool.metadata;
  return splitCidr(read.cidr, parts, read.blockLength).map((cidr, index) => {
    const suffix = `-${index}`;
    const stem = `split-${name}`.slice(0, maxNameLength - suffix.length);
    return withType(ipPools, {
      metadata: { name: stem + suffix, ...(labels && { labels }), ...(annotations && { annotations }) },
      spec: { ...pool.spec, cidr },
    });
  });
}
