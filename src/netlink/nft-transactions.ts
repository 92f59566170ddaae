import { eachAttribute } from './attribute.ts';
import { readI32Be, readText } from './bytes.ts';
import type { NetlinkMessage } from './message.ts';
import { type NftFamily, nftFamily } from './nft-element.ts';
import { nfgenmsgLength, nftMessage } from './nft-message.ts';

/** A transaction in nftables, as it was announced. */
export interface NftTransaction {
  /** The generation that it made of the ruleset. */
  readonly generation: number;
  /** Tables in which it changed anything: `inet weft`. */
  readonly tables: readonly string[];
}

const NFTA_GEN_ID = 1;
/** NFTA_TABLE_NAME, NFTA_CHAIN_TABLE, NFTA_RULE_TABLE, NFTA_SET_TABLE, ...: the same in every message. */
const NFTA_TABLE = 1;

const familyNames = new Map<number, NftFamily>(
  Object.entries(nftFamily).map(([name, number]) => [number, name as NftFamily]),
);

/**
 * Puts the announcements of nftables together: first the changes of a transaction, then its end. A transaction of a
 * hundred thousand elements is one value.
 */
export class NftTransactions {
  #tables = new Set<string>();

  /** Messages were lost: what was heard of a transaction that has not ended is of no use. */
  forget(): void {
    this.#tables.clear();
  }

  /** The transaction that a message ends; `undefined` for the changes before it. @throws WeftError NETLINK_MALFORMED */
  readonly decode = (message: NetlinkMessage): NftTransaction | undefined => {
    const { body, type } = message;
    if (type >> 8 !== nftMessage.newGeneration >> 8) return undefined;
    if (type !== nftMessage.newGeneration) {
      this.#tables.add(tableOf(body));
      return undefined;
    }
    let generation = 0;
    eachAttribute(body, nfgenmsgLength, body.length, (attribute, start, end) => {
      if (attribute === NFTA_GEN_ID && end - start === 4) generation = readI32Be(body, start) >>> 0;
    });
    const tables = [...this.#tables];
    this.#tables = new Set();
    return { generation, tables };
  };
}

function tableOf(body: Uint8Array): string {
  const family = familyNames.get(body[0] ?? 0) ?? `${body[0] ?? 0}`;
  let name = '';
  eachAttribute(body, nfgenmsgLength, body.length, (attribute, start, end) => {
    if (attribute === NFTA_TABLE) name = readText(body, start, end);
  });
  return `${family} ${name}`;
}
