import type { Elements } from './elements.ts';

/**
 * The part of the nftables language that this project writes, as plain values.
 *
 * @see man nft(8)
 */

/** What one part of a set's key is. The names are nftables' own. */
export type DataType =
  | 'ipv4_addr'
  | 'ipv6_addr'
  | 'ether_addr'
  | 'ifname'
  | 'inet_proto'
  | 'inet_service'
  | 'mark'
  | 'classid';

/** One table. Names are unique per kind; the order of chains and sets is the order in which people read them. */
export interface Table {
  readonly family: 'inet';
  readonly name: string;
  readonly comment?: string;
  readonly sets: readonly NftSet[];
  readonly maps: readonly NftMap[];
  readonly chains: readonly Chain[];
}

/** A named set. More than one part in `key` is a concatenation: `type ifname . ipv4_addr`. */
export interface NftSet {
  readonly name: string;
  readonly comment?: string;
  readonly key: readonly DataType[];
  /** `interval`: elements are networks (never overlapping) or addresses. */
  readonly flags: readonly SetFlag[];
  readonly elements: Elements<SetElement>;
}

export type SetFlag = 'interval' | 'constant';

/**
 * A member of a set: one text per part of the key, canonical and unquoted (`['calic440f455693', '10.24.0.3']`,
 * `['10.24.0.0/16']`). A mark, a port and a protocol (`6`, never `tcp`: list with `nft -p`) are decimal, a classid is two
 * hexadecimal numbers of 16 bits (`0:7`), a network of one address is written without its length. The comment says who it
 * is, is kept by the kernel, and takes no part in comparisons.
 */
export interface SetElement {
  readonly key: readonly string[];
  readonly comment?: string;
}

/** A named map. With value type `verdict` it dispatches: `iifname vmap @name`. */
export interface NftMap {
  readonly name: string;
  readonly comment?: string;
  readonly key: readonly DataType[];
  readonly value: readonly DataType[] | 'verdict';
  readonly flags: readonly SetFlag[];
  readonly elements: Elements<MapElement>;
}

/** `value` as written in nft, parts joined by ` . `: `goto cali-tw-x`, `drop`, `10.24.0.3 . 80`. */
export interface MapElement extends SetElement {
  readonly value: string;
}

/** A chain; with `hook` a base chain, which the kernel calls, without one a chain that rules jump to. */
export interface Chain {
  readonly name: string;
  readonly comment?: string;
  readonly hook?: BaseHook;
  readonly rules: readonly Rule[];
}

/** Where a base chain is attached. Priority as a number: raw -300, mangle -150, dstnat -100, filter 0, srcnat 100. */
export interface BaseHook {
  readonly type: 'filter' | 'nat' | 'route';
  readonly hook: 'prerouting' | 'input' | 'forward' | 'output' | 'postrouting';
  readonly priority: number;
  readonly policy: 'accept' | 'drop';
}

/**
 * One rule. Every rule says why it is there and counts its packets, unless a rule that it leads to does, or every packet
 * has to pay for it: it is written as `<match> counter <action> comment "<comment> #<hash>"`.
 */
export interface Rule {
  /** Matches as in nft(8); '' matches everything. */
  readonly match: string;
  /** Statement(s) after the counter, dispatch (`iifname vmap @map`) included; '' only counts. */
  readonly action: string;
  /** Why, in words for people: at most {@link maxRuleComment} bytes. */
  readonly comment: string;
  /** Written without `counter`. */
  readonly uncounted?: true;
}

/** The kernel keeps 128 bytes of a rule's comment; ` #` and the hash take 12 of them. */
export const maxRuleComment = 115;

/** What the kernel keeps of the comment of a chain, set or element, in bytes. */
export const maxComment = 127;
