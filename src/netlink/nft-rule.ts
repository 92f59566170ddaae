import { eachAttribute } from './attribute.ts';
import { readI32Be, readText, requireLength } from './bytes.ts';
import { type NetlinkMessage, netlinkFlag, outgoing } from './message.ts';
import { decodeNftComment } from './nft-comment.ts';
import { nfgenmsgLength, nftMessage, writeNfgenmsg } from './nft-message.ts';
import { writeBody } from './writer.ts';

/**
 * Rules of nftables as far as we read them over nfnetlink: who they are and what they counted.
 *
 * @see linux/netfilter/nf_tables.h
 */

/** A rule in the kernel. */
export interface NftRuleRecord {
  readonly chain: string;
  /** The kernel's number of it within its table; a rule that is put in the place of another one keeps it. */
  readonly handle: number;
  /** '' when it has none. */
  readonly comment: string;
  /** Of its first counter; absent when it has none. */
  readonly counter?: { readonly packets: number; readonly bytes: number };
  /** The kernel's expressions one after the other, without what counters have counted. */
  readonly expressions: readonly Uint8Array[];
}

const RULE = { table: 1, chain: 2, handle: 3, expressions: 4, userdata: 7 } as const;
const EXPRESSION = { name: 1, data: 2 } as const;
const COUNTER = { bytes: 1, packets: 2 } as const;

/** In the place of a counter among {@link NftRuleRecord.expressions}. */
const counterMark = new TextEncoder().encode('counter');

/** NFT_MSG_GETRULE for all rules of a table, or of one of its chains, in order. */
export function encodeListRules(family: number, table: string, chain?: string): NetlinkMessage {
  const body = writeBody((writer) => {
    writeNfgenmsg(writer, family).attributeText(RULE.table, table);
    if (chain !== undefined) writer.attributeText(RULE.chain, chain);
  });
  return outgoing(nftMessage.getRule, netlinkFlag.dump, body);
}

/** The rule in an NFT_MSG_NEWRULE body. @throws WeftError NETLINK_MALFORMED */
export function decodeNftRule(body: Uint8Array): NftRuleRecord {
  requireLength(body, nfgenmsgLength, 'struct nfgenmsg');
  const found = { chain: '', handle: 0, comment: '', expressions: [] as Uint8Array[] };
  let counter: NftRuleRecord['counter'];
  eachAttribute(body, nfgenmsgLength, body.length, (type, start, end) => {
    if (type === RULE.chain) found.chain = readText(body, start, end);
    if (type === RULE.handle) found.handle = readU64Be(body, start);
    if (type === RULE.userdata) found.comment = decodeNftComment(body, start, end) ?? '';
    if (type !== RULE.expressions) return;
    eachAttribute(body, start, end, (_, from, to) => {
      const counts = readCounter(body, from, to);
      counter ??= counts;
      found.expressions.push(counts === undefined ? body.subarray(from, to) : counterMark);
    });
  });
  return counter === undefined ? found : { ...found, counter };
}

/** The counts of an expression; `undefined` when it is no counter. */
function readCounter(body: Uint8Array, start: number, end: number): NftRuleRecord['counter'] {
  let isCounter = false;
  let packets = 0;
  let bytes = 0;
  eachAttribute(body, start, end, (type, from, to) => {
    if (type === EXPRESSION.name) isCounter = readText(body, from, to) === 'counter';
    if (type !== EXPRESSION.data || !isCounter) return;
    eachAttribute(body, from, to, (part, first) => {
      if (part === COUNTER.packets) packets = readU64Be(body, first);
      if (part === COUNTER.bytes) bytes = readU64Be(body, first);
    });
  });
  return isCounter ? { packets, bytes } : undefined;
}

/** Exact below 2^53, which no counter of a running machine reaches. */
function readU64Be(bytes: Uint8Array, at: number): number {
  return (readI32Be(bytes, at) >>> 0) * 2 ** 32 + (readI32Be(bytes, at + 4) >>> 0);
}
