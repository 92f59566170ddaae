import type { IPAMBlock } from '../api/calico.ts';
import type { Cidr } from '../net/cidr.ts';
import { tryParseCidr } from '../net/cidr.ts';
import { type HeldAddress, heldAddresses } from './held-address.ts';
import { isLiveBlock } from './known-block.ts';

/** An address that a node uses out of a block of another one, or of nobody's. */
export interface BorrowedAddress {
  readonly address: HeldAddress;
  readonly block: Cidr;
  /** The node of the block, a `virtual:` owner's name, '' for nobody. */
  readonly owner: string;
}

/** Every borrowed address, block by block. An allocation that names no node cannot be told and is left out. */
export function borrowedAddresses(blocks: readonly IPAMBlock[]): readonly BorrowedAddress[] {
  return blocks.filter(isLiveBlock).flatMap((object) => {
    const block = tryParseCidr(object.spec.cidr);
    if (block === undefined) return [];
    const owner = object.spec.affinity?.slice(object.spec.affinity.indexOf(':') + 1) ?? '';
    const borrowed = heldAddresses([object]).filter(({ node }) => node !== undefined && node !== owner);
    return borrowed.map((address) => ({ address, block, owner }));
  });
}
