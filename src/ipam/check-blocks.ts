import type { IPAMBlock } from '../api/calico.ts';
import { blockName } from '../api/names.ts';
import { type Cidr, cidrsOverlap, compareCidrs, tryParseCidr } from '../net/cidr.ts';
import { blockAddressCount } from './block-address.ts';
import type { IpamProblem } from './check-ipam.ts';
import { blockHost } from './known-block.ts';
import { type Pool, poolOfBlock } from './pool.ts';

/**
 * What is wrong with the blocks themselves: they overlap, lie outside of every pool or in one with another block size,
 * belong to a node that is gone, or contradict themselves.
 */
export function checkBlocks(
  blocks: readonly IPAMBlock[],
  pools: readonly Pool[],
  nodeExists: (name: string) => boolean,
): readonly IpamProblem[] {
  return [...blocks.flatMap((block) => checkBlock(block, pools, nodeExists)), ...overlaps(blocks)];
}

function checkBlock(block: IPAMBlock, pools: readonly Pool[], nodeExists: (name: string) => boolean): IpamProblem[] {
  const { cidr: text } = block.spec;
  const cidr = tryParseCidr(text);
  if (cidr === undefined) return [problem('block broken', text, `its CIDR "${text}" cannot be read`)];
  const problems: IpamProblem[] = [];
  const broken = contradiction(block, cidr);
  if (broken !== undefined) problems.push(problem('block broken', cidr, broken));
  const pool = poolOfBlock(pools, cidr);
  if (pool === undefined) problems.push(problem('block outside pools', cidr, 'no IP pool holds it'));
  const host = blockHost(block);
  if (host !== undefined && !nodeExists(host)) {
    problems.push(problem('affinity to a missing node', cidr, `node ${host} is not in the cluster`));
  }
  return problems;
}

/** Says how a block contradicts itself; `undefined` when it does not. */
function contradiction({ metadata, spec }: IPAMBlock, cidr: Cidr): string | undefined {
  const size = blockAddressCount(cidr);
  if (metadata.name !== blockName(cidr)) return `it is called ${metadata.name}, ${blockName(cidr)} is expected`;
  if (spec.allocations.length !== size) return `it has ${spec.allocations.length} slots for ${size} addresses`;
  const dangling = spec.allocations.findIndex((slot) => slot !== null && spec.attributes[slot] === undefined);
  if (dangling >= 0) return `slot ${dangling} refers to an owner that is not listed`;
  const free = new Set(spec.unallocated);
  if (free.size !== spec.unallocated.length) return 'an address is twice in its list of free ones';
  const both = spec.unallocated.find((ordinal) => spec.allocations[ordinal] !== null);
  if (both !== undefined) return `address number ${both} is held and free at once`;
  const lost = spec.allocations.findIndex((slot, ordinal) => slot === null && !free.has(ordinal));
  return lost < 0 ? undefined : `address number ${lost} is neither held nor free`;
}

/** Each pair that shares addresses, once. In order of address, only neighbours can overlap an earlier one. */
function overlaps(blocks: readonly IPAMBlock[]): IpamProblem[] {
  const cidrs = blocks.flatMap(({ spec }) => tryParseCidr(spec.cidr) ?? []).sort(compareCidrs);
  const found: IpamProblem[] = [];
  let widest: Cidr | undefined;
  for (const cidr of cidrs) {
    if (widest !== undefined && cidrsOverlap(widest, cidr)) {
      found.push(problem('blocks overlap', cidr, `it shares addresses with block ${widest}`));
    } else widest = cidr;
  }
  return found;
}

function problem(kind: IpamProblem['kind'], subject: string, detail: string): IpamProblem {
  return { kind, subject, detail };
}
