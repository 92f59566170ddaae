import type { IPAMBlock } from '../api/calico.ts';
import { addressAt } from '../ipam/block-address.ts';
import { blockHost, isLiveBlock } from '../ipam/known-block.ts';
import { type Cidr, hostCidr, tryParseCidr } from '../net/cidr.ts';

/** A block, or one address out of another node's block, and the node that packets to it must reach. */
export interface OwnedPrefix {
  readonly cidr: Cidr;
  readonly node: string;
  readonly kind: 'block' | 'borrowed';
}

/**
 * What the blocks say about who owns which addresses. A block belongs to the node of its `host:` affinity; an address
 * in it that is allocated to another node (attribute `node`) belongs to that one. Blocks marked deleted are absent,
 * addresses that cool down after their release are nobody's.
 */
export function ownedPrefixes(blocks: readonly IPAMBlock[], problems: Set<string>): readonly OwnedPrefix[] {
  const owned: OwnedPrefix[] = [];
  for (const block of blocks) {
    if (!isLiveBlock(block)) continue;
    const cidr = tryParseCidr(block.spec.cidr);
    if (cidr === undefined) {
      problems.add(`block ${block.metadata.name}: "${block.spec.cidr}" is not a network`);
      continue;
    }
    const host = blockHost(block);
    if (host !== undefined) owned.push({ cidr, node: host, kind: 'block' });
    owned.push(...borrowedAddresses(block, cidr, host));
  }
  return owned;
}

function borrowedAddresses(block: IPAMBlock, cidr: Cidr, host: string | undefined): OwnedPrefix[] {
  const borrowers = block.spec.attributes.map(({ secondary, releasedAt }) => {
    const node = secondary?.node;
    return releasedAt === undefined && node !== host ? node : undefined;
  });
  if (borrowers.every((node) => node === undefined)) return [];
  return block.spec.allocations.flatMap((slot, ordinal): OwnedPrefix[] => {
    const node = slot === null ? undefined : borrowers[slot];
    return node === undefined ? [] : [{ cidr: hostCidr(addressAt(cidr, ordinal)), node, kind: 'borrowed' }];
  });
}
