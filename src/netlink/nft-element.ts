import { eachAttribute } from './attribute.ts';
import { malformed, readI32Be, readText, requireLength } from './bytes.ts';
import { type NetlinkMessage, netlinkFlag, outgoing } from './message.ts';
import { decodeNftComment, encodeNftComment } from './nft-comment.ts';
import { nfgenmsgLength, nftMessage, writeNfgenmsg } from './nft-message.ts';
import { type BodyWriter, NLA_F_NESTED, writeBody } from './writer.ts';

/**
 * Elements of nftables sets and maps over nfnetlink, and transactions.
 *
 * @see linux/netfilter/nf_tables.h, linux/netfilter/nfnetlink.h
 */

/** NFPROTO_* by nft's names of table families. @see linux/netfilter.h */
export const nftFamily = { inet: 1, ip: 2, arp: 3, netdev: 5, bridge: 7, ip6: 10 } as const;

/** The name of a table family. */
export type NftFamily = keyof typeof nftFamily;

/** What happens to a packet that a verdict map finds. */
export type NftVerdict =
  | { readonly kind: 'accept' | 'drop' | 'continue' | 'return' }
  | { readonly kind: 'jump' | 'goto'; readonly chain: string };

/** What a map gives for a key: bytes as in the kernel's registers, or a verdict. */
export type NftElementData = Uint8Array | NftVerdict;

/** One element as the kernel takes it; {@link concatenateFields} makes the keys of concatenated sets. */
export interface NftElement {
  readonly key: Uint8Array;
  /** Last key of an element of a concatenated interval set. */
  readonly keyEnd?: Uint8Array;
  /** In a plain interval set: the first key that no longer belongs to the element before. */
  readonly intervalEnd?: boolean;
  readonly data?: NftElementData;
  readonly comment?: string;
}

/** Elements of one set, as a message carries them. */
export interface NftElementList {
  readonly family: number;
  readonly table: string;
  readonly set: string;
  readonly elements: readonly NftElement[];
}

const NFNL_SUBSYS_NFTABLES = 10;
/** NFNL_MSG_BATCH_*: the brackets of a transaction. */
const [batchBegin, batchEnd] = [0x10, 0x11];

const LIST = { table: 1, set: 2, elements: 3 } as const;
const NFTA_LIST_ELEM = 1;
const ELEM = { key: 1, data: 2, flags: 3, userdata: 6, keyEnd: 10 } as const;
const NFT_SET_ELEM_INTERVAL_END = 1;
const DATA = { value: 1, verdict: 2 } as const;
const VERDICT = { code: 1, chain: 2 } as const;
const verdictCode = { drop: 0, accept: 1, continue: -1, jump: -3, goto: -4, return: -5 } as const;
/** The length of an attribute has 16 bits: a list that does not fit goes on in the next message. */
const maxListBytes = 60_000;

/** A key of several fields: each one starts at a new 32-bit register. */
export function concatenateFields(fields: readonly Uint8Array[]): Uint8Array {
  const length = fields.reduce((sum, field) => sum + ((field.length + 3) & ~3), 0);
  const key = new Uint8Array(length);
  let at = 0;
  for (const field of fields) {
    key.set(field, at);
    at += (field.length + 3) & ~3;
  }
  return key;
}

/** A transaction of these messages: all of them take effect, or none. To be sent in one write. */
export function encodeTransaction(messages: readonly NetlinkMessage[]): NetlinkMessage[] {
  const bracket = writeBody((writer) => writeNfgenmsg(writer, 0, NFNL_SUBSYS_NFTABLES));
  return [
    outgoing(batchBegin, 0, bracket),
    ...messages,
    // The end is not answered on every kernel; the last message before it is.
    outgoing(batchEnd, 0, bracket),
  ];
}

/** NFT_MSG_NEWSETELEM; an element that is there already stays. */
export function encodeNewElements(list: NftElementList): NetlinkMessage[] {
  return encodeList(nftMessage.newElements, netlinkFlag.create, list);
}

/** NFT_MSG_DELSETELEM; an element that is not there is ENOENT. */
export function encodeDeleteElements(list: NftElementList): NetlinkMessage[] {
  return encodeList(nftMessage.deleteElements, 0, list);
}

/** The list in an NFT_MSG_NEWSETELEM or NFT_MSG_DELSETELEM body. @throws WeftError NETLINK_MALFORMED */
export function decodeElements(body: Uint8Array): NftElementList {
  requireLength(body, nfgenmsgLength, 'struct nfgenmsg');
  let table = '';
  let set = '';
  const elements: NftElement[] = [];
  eachAttribute(body, nfgenmsgLength, body.length, (type, start, end) => {
    if (type === LIST.table) table = readText(body, start, end);
    if (type === LIST.set) set = readText(body, start, end);
    if (type !== LIST.elements) return;
    eachAttribute(body, start, end, (_, from, to) => elements.push(decodeElement(body, from, to)));
  });
  return { family: body[0] ?? 0, table, set, elements };
}

function encodeList(type: number, flags: number, list: NftElementList): NetlinkMessage[] {
  const messages: NetlinkMessage[] = [];
  let from = 0;
  while (from < list.elements.length) {
    const body = writeBody((writer) => {
      writeNfgenmsg(writer, list.family).attributeText(LIST.table, list.table).attributeText(LIST.set, list.set);
      writer.nest(LIST.elements | NLA_F_NESTED, () => {
        const start = writer.length;
        for (; from < list.elements.length && writer.length - start < maxListBytes; from++) {
          const element = list.elements[from];
          if (element !== undefined) writer.nest(NFTA_LIST_ELEM | NLA_F_NESTED, () => writeElement(writer, element));
        }
      });
    });
    messages.push(outgoing(type, flags, body));
  }
  return messages;
}

function writeElement(writer: BodyWriter, element: NftElement): void {
  const { comment, data, key, keyEnd } = element;
  if (element.intervalEnd === true) writer.attributeU32be(ELEM.flags, NFT_SET_ELEM_INTERVAL_END);
  writer.nest(ELEM.key | NLA_F_NESTED, () => writer.attribute(DATA.value, key));
  if (keyEnd !== undefined) writer.nest(ELEM.keyEnd | NLA_F_NESTED, () => writer.attribute(DATA.value, keyEnd));
  if (data !== undefined) writer.nest(ELEM.data | NLA_F_NESTED, () => writeNftData(writer, data));
  if (comment !== undefined) writer.attribute(ELEM.userdata, encodeNftComment(comment));
}

/** NFTA_DATA_*: what a map gives for a key, or a rule says. */
export function writeNftData(writer: BodyWriter, data: NftElementData): void {
  if (data instanceof Uint8Array) {
    writer.attribute(DATA.value, data);
    return;
  }
  writer.nest(DATA.verdict | NLA_F_NESTED, () => {
    writer.attributeU32be(VERDICT.code, verdictCode[data.kind]);
    if (data.kind === 'jump' || data.kind === 'goto') writer.attributeText(VERDICT.chain, data.chain);
  });
}

function decodeElement(body: Uint8Array, start: number, end: number): NftElement {
  const found: { -readonly [K in keyof NftElement]: NftElement[K] } = { key: new Uint8Array(0) };
  eachAttribute(body, start, end, (type, from, to) => {
    if (type === ELEM.key) found.key = dataValue(body, from, to);
    if (type === ELEM.keyEnd) found.keyEnd = dataValue(body, from, to);
    if (type === ELEM.flags && (readI32Be(body, from) & NFT_SET_ELEM_INTERVAL_END) !== 0) found.intervalEnd = true;
    if (type === ELEM.data) found.data = decodeData(body, from, to);
    if (type !== ELEM.userdata) return;
    const comment = decodeNftComment(body, from, to);
    if (comment !== undefined) found.comment = comment;
  });
  return found;
}

function dataValue(body: Uint8Array, start: number, end: number): Uint8Array {
  let value = new Uint8Array(0);
  eachAttribute(body, start, end, (type, from, to) => {
    if (type === DATA.value) value = body.slice(from, to);
  });
  return value;
}

function decodeData(body: Uint8Array, start: number, end: number): NftElementData {
  let code: number | undefined;
  let chain = '';
  eachAttribute(body, start, end, (type, from, to) => {
    if (type !== DATA.verdict) return;
    eachAttribute(body, from, to, (part, first, last) => {
      if (part === VERDICT.code) code = readI32Be(body, first);
      if (part === VERDICT.chain) chain = readText(body, first, last);
    });
  });
  if (code === undefined) return dataValue(body, start, end);
  const kind = verdictKinds.find((name) => verdictCode[name] === code);
  if (kind === undefined) throw malformed(`verdict ${code}`);
  return kind === 'jump' || kind === 'goto' ? { kind, chain } : { kind };
}

const verdictKinds = ['drop', 'accept', 'continue', 'jump', 'goto', 'return'] as const;
