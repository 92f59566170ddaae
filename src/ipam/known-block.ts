import type { IPAMBlock } from '../api/calico.ts';
import { type Cidr, cidrContains, parseCidr, tryParseCidr } from '../net/cidr.ts';

/** `host:NODE`, the affinity of a block whose addresses are routed to the node. */
export function hostAffinity(node: string): string {
  return `host:${node}`;
}

/** The node a block belongs to; `undefined` for nobody's and for `virtual:` ones. */
export function blockHost(block: IPAMBlock): string | undefined {
  const affinity = block.spec.affinity;
  return affinity?.startsWith('host:') ? affinity.slice('host:'.length) : undefined;
}

/**
 * The network of a block.
 *
 * @throws WeftError NET_BAD_CIDR when the stored text is no network
 */
export function blockCidr(block: IPAMBlock): Cidr {
  return parseCidr(block.spec.cidr);
}

/** The blocks that lie in a network. */
export function blocksInside(blocks: readonly IPAMBlock[], network: Cidr): readonly IPAMBlock[] {
  return blocks.filter(({ spec }) => {
    const cidr = tryParseCidr(spec.cidr);
    return cidr !== undefined && cidrContains(network, cidr);
  });
}

/** True when no slot is taken, not even by an address that cools down. */
export function isEmptyBlock(block: IPAMBlock): boolean {
  return block.spec.allocations.every((slot) => slot === null);
}

/** Blocks marked `deleted` are on their way out: readers treat them as absent. */
export function isLiveBlock(block: IPAMBlock): boolean {
  return block.spec.deleted !== true && block.metadata.deletionTimestamp === undefined;
}
