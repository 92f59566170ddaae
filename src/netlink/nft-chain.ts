import { type NetlinkMessage, netlinkFlag, outgoing } from './message.ts';
import { encodeNftComment } from './nft-comment.ts';
import { type NftElementData, type NftVerdict, writeNftData } from './nft-element.ts';
import { nftMessage, writeNfgenmsg } from './nft-message.ts';
import { type BodyWriter, NLA_F_NESTED, writeBody } from './writer.ts';

/**
 * Chains that rules jump to, and the plainest of rules, over nfnetlink: what comes and goes with a pod. Parts of a
 * transaction.
 *
 * @see linux/netfilter/nf_tables.h
 */

/** Which chain; the family is nft's number. */
export interface NftChainName {
  readonly family: number;
  readonly table: string;
  readonly chain: string;
}

/** A rule without a match. */
export interface NftPlainRule {
  readonly counter: boolean;
  /** Sets the packet's priority to none first. */
  readonly clearsPriority: boolean;
  readonly verdict: NftVerdict;
  readonly comment: string;
}

const CHAIN = { table: 1, name: 3, userdata: 12 } as const;
const RULE = { table: 1, chain: 2, expressions: 4, userdata: 7 } as const;
const EXPRESSION = { name: 1, data: 2 } as const;
const IMMEDIATE = { register: 1, data: 2 } as const;
const META = { key: 2, source: 3 } as const;
const NFTA_LIST_ELEM = 1;
const [NFT_REG_VERDICT, NFT_REG_1] = [0, 1];
const NFT_META_PRIORITY = 2;

/** NFT_MSG_NEWCHAIN; a chain that is there already stays. */
export function encodeNewChain(name: NftChainName, comment?: string): NetlinkMessage {
  const body = writeBody((writer) => {
    writeChainName(writer, name);
    if (comment !== undefined) writer.attribute(CHAIN.userdata, encodeNftComment(comment));
  });
  return outgoing(nftMessage.newChain, netlinkFlag.create, body);
}

/** NFT_MSG_DELCHAIN: EBUSY while rules are in it, or anything leads to it. */
export function encodeDeleteChain(name: NftChainName): NetlinkMessage {
  const body = writeBody((writer) => writeChainName(writer, name));
  return outgoing(nftMessage.deleteChain, 0, body);
}

/** NFT_MSG_DELRULE without a handle: all rules of the chain. */
export function encodeFlushChain(name: NftChainName): NetlinkMessage {
  const body = writeBody((writer) => writeRuleName(writer, name));
  return outgoing(nftMessage.deleteRule, 0, body);
}

/** NFT_MSG_NEWRULE: behind the rules that the chain has. */
export function encodeNewRule(name: NftChainName, rule: NftPlainRule): NetlinkMessage {
  const body = writeBody((writer) => {
    writeRuleName(writer, name);
    writer.nest(RULE.expressions | NLA_F_NESTED, () => {
      if (rule.counter) writeExpression(writer, 'counter', () => {});
      if (rule.clearsPriority) writeClearPriority(writer);
      writeImmediate(writer, NFT_REG_VERDICT, rule.verdict);
    });
    writer.attribute(RULE.userdata, encodeNftComment(rule.comment));
  });
  return outgoing(nftMessage.newRule, netlinkFlag.create | netlinkFlag.append, body);
}

function writeClearPriority(writer: BodyWriter): void {
  writeImmediate(writer, NFT_REG_1, new Uint8Array(4));
  writeExpression(writer, 'meta', () => {
    writer.attributeU32be(META.key, NFT_META_PRIORITY).attributeU32be(META.source, NFT_REG_1);
  });
}

function writeImmediate(writer: BodyWriter, register: number, data: NftElementData): void {
  writeExpression(writer, 'immediate', () => {
    writer.attributeU32be(IMMEDIATE.register, register);
    writer.nest(IMMEDIATE.data | NLA_F_NESTED, () => writeNftData(writer, data));
  });
}

function writeChainName(writer: BodyWriter, { chain, family, table }: NftChainName): void {
  writeNfgenmsg(writer, family).attributeText(CHAIN.table, table).attributeText(CHAIN.name, chain);
}

function writeRuleName(writer: BodyWriter, { chain, family, table }: NftChainName): void {
  writeNfgenmsg(writer, family).attributeText(RULE.table, table).attributeText(RULE.chain, chain);
}

function writeExpression(writer: BodyWriter, name: string, fill: () => void): void {
  writer.nest(NFTA_LIST_ELEM | NLA_F_NESTED, () => {
    writer.attributeText(EXPRESSION.name, name);
    writer.nest(EXPRESSION.data | NLA_F_NESTED, fill);
  });
}
