import { eachAttribute, requireValue } from './attribute.ts';
import { readI32Be, readText, requireLength } from './bytes.ts';
import { type NetlinkMessage, netlinkFlag, outgoing } from './message.ts';
import { nfgenmsgLength, nftMessage, writeNfgenmsg } from './nft-message.ts';
import { writeBody } from './writer.ts';

/**
 * Tables, chains and sets of nftables, as far as we read them over nfnetlink.
 *
 * @see linux/netfilter/nf_tables.h
 */

/** A chain in the kernel. */
export interface NftChainRecord {
  readonly table: string;
  readonly name: string;
  /** Where a base chain is attached; absent for a chain that rules jump to. */
  readonly hook?: {
    readonly type: string;
    /** NF_INET_PRE_ROUTING = 0, LOCAL_IN, FORWARD, LOCAL_OUT, POST_ROUTING */
    readonly number: number;
    readonly priority: number;
    readonly policy: 'accept' | 'drop';
  };
}

/** A set or map in the kernel. */
export interface NftSetRecord {
  readonly name: string;
  /** {@link nftSetFlag} */
  readonly flags: number;
  /** nft's numbers of the types of the key's parts, in order. */
  readonly keyTypes: readonly number[];
  /** Of a map's value; `verdict` for verdicts; absent for a set. */
  readonly valueTypes?: readonly number[] | 'verdict';
}

/** NFT_SET_* */
export const nftSetFlag = { anonymous: 1, constant: 2, interval: 4, map: 8, timeout: 16, dynamic: 32 } as const;

const TABLE = { name: 1, flags: 2 } as const;
const CHAIN = { table: 1, name: 3, hook: 4, policy: 5, type: 7 } as const;
const HOOK = { number: 1, priority: 2 } as const;
const SET = { table: 1, name: 2, flags: 3, keyType: 4, dataType: 6 } as const;
const NF_DROP = 0;
const NFT_DATA_VERDICT = 0xffffff00;
/** nft packs the types of a concatenation into one number. */
const bitsPerType = 6;

/** NFT_MSG_GETTABLE for one table: answered with it, or ENOENT. */
export function encodeGetTable(family: number, table: string): NetlinkMessage {
  return outgoing(nftMessage.getTable, 0, named(family, table));
}

/** NFT_MSG_GETCHAIN for all chains of a family: the kernel does not choose among tables. */
export function encodeListChains(family: number): NetlinkMessage {
  return outgoing(nftMessage.getChain, netlinkFlag.dump, named(family));
}

/** NFT_MSG_GETSET for the sets and maps of a table. */
export function encodeListSets(family: number, table: string): NetlinkMessage {
  return outgoing(nftMessage.getSet, netlinkFlag.dump, named(family, table));
}

/** NFT_MSG_GETSETELEM for the elements of a set or map. */
export function encodeListElements(family: number, table: string, set: string): NetlinkMessage {
  return outgoing(nftMessage.getElements, netlinkFlag.dump, named(family, table, set));
}

/** The flags in an NFT_MSG_NEWTABLE body: dormant, owned, ...; 0 for an ordinary table. */
export function decodeTableFlags(body: Uint8Array): number {
  let flags = 0;
  eachAttribute(body, nfgenmsgLength, body.length, (type, start) => {
    if (type === TABLE.flags) flags = readI32Be(body, start);
  });
  return flags;
}

/** The chain in an NFT_MSG_NEWCHAIN body. @throws WeftError NETLINK_MALFORMED */
export function decodeNftChain(body: Uint8Array): NftChainRecord {
  requireLength(body, nfgenmsgLength, 'struct nfgenmsg');
  let table = '';
  let name = '';
  let type = '';
  let policy: 'accept' | 'drop' = 'accept';
  const places: { number: number; priority: number }[] = [];
  eachAttribute(body, nfgenmsgLength, body.length, (attribute, start, end) => {
    if (attribute === CHAIN.table) table = readText(body, start, end);
    if (attribute === CHAIN.name) name = readText(body, start, end);
    if (attribute === CHAIN.type) type = readText(body, start, end);
    if (attribute === CHAIN.policy) policy = readI32Be(body, start) === NF_DROP ? 'drop' : 'accept';
    if (attribute === CHAIN.hook) places.push(decodeHook(body, start, end));
  });
  const [place] = places;
  return place === undefined ? { table, name } : { table, name, hook: { type, ...place, policy } };
}

/** The set or map in an NFT_MSG_NEWSET body. @throws WeftError NETLINK_MALFORMED */
export function decodeNftSet(body: Uint8Array): NftSetRecord {
  requireLength(body, nfgenmsgLength, 'struct nfgenmsg');
  let name = '';
  const numbers = { flags: 0, keyType: 0, dataType: 0 };
  eachAttribute(body, nfgenmsgLength, body.length, (type, start, end) => {
    if (type === SET.name) name = readText(body, start, end);
    for (const field of ['flags', 'keyType', 'dataType'] as const) {
      if (type !== SET[field]) continue;
      requireValue(start, end, 4, `set ${field}`);
      numbers[field] = readI32Be(body, start) >>> 0;
    }
  });
  const { dataType, flags, keyType } = numbers;
  const set = { name, flags, keyTypes: typesOf(keyType) };
  if ((flags & nftSetFlag.map) === 0) return set;
  return { ...set, valueTypes: dataType === NFT_DATA_VERDICT ? 'verdict' : typesOf(dataType) };
}

function decodeHook(body: Uint8Array, start: number, end: number): { number: number; priority: number } {
  const hook = { number: 0, priority: 0 };
  eachAttribute(body, start, end, (type, from) => {
    if (type === HOOK.number) hook.number = readI32Be(body, from);
    if (type === HOOK.priority) hook.priority = readI32Be(body, from);
  });
  return hook;
}

function typesOf(packed: number): number[] {
  const types: number[] = [];
  for (let rest = packed; rest > 0; rest = Math.floor(rest / 2 ** bitsPerType)) types.unshift(rest % 2 ** bitsPerType);
  return types;
}

/** Table name, then name: the first two attributes of every object. */
function named(family: number, table?: string, name?: string): Uint8Array {
  return writeBody((writer) => {
    writeNfgenmsg(writer, family);
    if (table !== undefined) writer.attributeText(TABLE.name, table);
    if (name !== undefined) writer.attributeText(SET.name, name);
  });
}
