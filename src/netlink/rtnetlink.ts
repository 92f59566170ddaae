/** Message types of the routing family, with the names that people know from `ip monitor`. @see linux/rtnetlink.h RTM_* */
export const routeMessage = {
  newLink: 16,
  deleteLink: 17,
  getLink: 18,
  setLink: 19,
  newAddress: 20,
  deleteAddress: 21,
  getAddress: 22,
  newRoute: 24,
  deleteRoute: 25,
  getRoute: 26,
  newNeighbour: 28,
  deleteNeighbour: 29,
  getNeighbour: 30,
  newRule: 32,
  deleteRule: 33,
  getRule: 34,
  setNeighbourTable: 67,
} as const;

/** RT_SCOPE_* by the names of net/route.ts. @see linux/rtnetlink.h */
export const scopeNumber = { universe: 0, link: 253, host: 254 } as const;

/** The name of a scope; the ones that Weft does not use count as universe. */
export function scopeName(scope: number): 'universe' | 'link' | 'host' {
  if (scope === scopeNumber.link) return 'link';
  return scope === scopeNumber.host ? 'host' : 'universe';
}

/** Interface names to numbers. Throws (or not) as its owner decides. */
export type IndexOf = (device: string) => number;

/** Interface numbers to names. */
export type NameOf = (index: number) => string;
