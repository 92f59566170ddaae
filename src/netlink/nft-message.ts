import type { BodyWriter } from './writer.ts';

/**
 * What all netfilter messages have in common.
 *
 * @see linux/netfilter/nfnetlink.h, linux/netfilter/nf_tables.h
 */

const nftables = 10 << 8;

/** Message types: NFNL_SUBSYS_NFTABLES << 8 | NFT_MSG_*. */
export const nftMessage = {
  getTable: nftables | 1,
  newChain: nftables | 3,
  getChain: nftables | 4,
  deleteChain: nftables | 5,
  newRule: nftables | 6,
  getRule: nftables | 7,
  deleteRule: nftables | 8,
  getSet: nftables | 10,
  newElements: nftables | 12,
  getElements: nftables | 13,
  deleteElements: nftables | 14,
  newGeneration: nftables | 15,
  getGeneration: nftables | 16,
} as const;

/** Every message begins with `struct nfgenmsg { __u8 family, version; __be16 res_id; }`. */
export const nfgenmsgLength = 4;

/** Writes the `struct nfgenmsg`. */
export function writeNfgenmsg(writer: BodyWriter, family: number, resource = 0): BodyWriter {
  return writer.u8(family).u8(0).u16be(resource);
}
