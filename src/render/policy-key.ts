/** First part of the key of an address list: texts of the nft language. */
export const listKey = {
  /** A constant, whatever the packet's mark is: nft knows no constants in keys, but this it can say. */
  id: (id: number) => `meta mark & ${hex(id)} | ${hex(id)}`,
  /** The id as it stands in elements: decimal. */
  element: (id: number) => `${id * 0x10000}`,
} as const;

/**
 * How the chains of policy tell each other what to look for, and what was found: in the packet's priority, which is none
 * before and after, and which only these chains see. The mark belongs to others. Ids of folds are below 1:0, numbers of
 * rules from 2:0 on.
 */
export const found = {
  reset: 'meta priority set none',
  none: 'meta priority none',
  set: (number: number) => `meta priority set ${classid(number)}`,
  is: (number: number) => `meta priority ${classid(number)}`,
  isNot: (number: number) => `meta priority != ${classid(number)}`,
  /** Puts in its place what a map has for it and the rest of the key; it stays when there is nothing. */
  lookup: (rest: string, map: string) => `meta priority set meta priority . ${rest} map @${map}`,
  vmap: (map: string) => `meta priority vmap @${map}`,
} as const;

/** Results that are no rules. */
export const special = {
  /** A Pass rule has been found, and counted. */
  passed: 0x10001,
  /** The tiers so far leave the packet to the next. */
  goesOn: 0x10002,
} as const;

/** Host endpoint policy before routing has allowed the packet: that after it is not asked. Calico's bit for the same. */
export const earlyAllow = {
  set: 'meta mark set meta mark | 0x00010000',
  isSet: 'meta mark & 0x00010000 == 0x00010000',
  clear: 'meta mark set meta mark & 0xfffeffff',
} as const;

/** A number as nft writes priorities: `1f:2a`. */
export function classid(number: number): string {
  return `${(number >>> 16).toString(16)}:${(number & 0xffff).toString(16)}`;
}

function hex(id: number): string {
  return `0x${(id * 0x10000).toString(16).padStart(8, '0')}`;
}
