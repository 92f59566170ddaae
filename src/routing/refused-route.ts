import { type Cidr, cidrContains, cidrFamily, cidrLength, isSingleAddress, parseCidr } from '../net/cidr.ts';
import type { Family } from '../net/ip.ts';
import type { BgpSession, BgpState } from './bgp-state.ts';

/**
 * Why this node refused a route, in words for people: `covers pool "default-pool"`. Follows the order of BIRD's filter:
 * own blocks, BGPFilters, then what routers outside the cluster may not say.
 *
 * @param network what the route leads to
 * @param session BIRD's name of the session it came from
 */
export function refusedRoute(network: Cidr, session: string, state: BgpState): string {
  const origin = state.sessions.find(({ name }) => name === session);
  const missing = state.filters.find((filter) => filter.missing && origin?.filters.includes(filter.name) === true);
  const block = ownBlock(network, state);
  if (block !== undefined) {
    return network === block ? `"${block}" is a block of this node` : `inside block "${block}" of this node`;
  }
  if (missing !== undefined) return `every route is refused: BGPFilter "${missing.name}" does not exist`;
  return (origin?.outside === true ? foreign(network, state) : undefined) ?? bySession(session, origin);
}

/**
 * Addresses that mean something on one link only: pods find their gateway there, and clouds their metadata. BIRD takes
 * routes to them for good. @see RFC 3927, RFC 4291 2.5.6
 */
export const linkLocal: Readonly<Record<Family, Cidr>> = {
  4: parseCidr('169.254.0.0/16'),
  6: parseCidr('fe80::/10'),
};

/**
 * Routers outside the cluster may announce no wider networks than this: two halves are a default route, too. fc00::/7, all
 * private addresses, is a network that people announce.
 */
export function shortestLength(family: Family): number {
  return family === 4 ? 8 : 7;
}

/** A single address inside a block may have been borrowed, and is not refused. */
function ownBlock(network: Cidr, { blocks }: BgpState): Cidr | undefined {
  return blocks.find((block) => block === network || (!isSingleAddress(network) && cidrContains(block, network)));
}

/** A BGPFilter of the session may have said so first: the sentence stays true of the route. */
function foreign(network: Cidr, { pools, links, farNodes }: BgpState): string | undefined {
  if (cidrLength(network) === 0) return 'a default route from outside the cluster';
  const shortest = shortestLength(cidrFamily(network));
  if (cidrLength(network) < shortest) return `nearly a default route (/${shortest} needed), from outside the cluster`;
  if (cidrContains(linkLocal[cidrFamily(network)], network)) return 'addresses that are of one link only';
  const link = links.find((one) => one !== network && cidrContains(one, network));
  if (link !== undefined) return `inside "${link}", a network that this node is in itself`;
  if (farNodes.includes(network)) return 'the address of a node';
  const covered = pools.find(({ cidr }) => cidrContains(network, cidr));
  if (covered !== undefined) return `covers pool "${covered.name}" (${covered.cidr}), from outside the cluster`;
  const pool = pools.find(({ cidr }) => cidrContains(cidr, network));
  if (pool === undefined) return undefined;
  return `inside pool "${pool.name}" (${pool.cidr}), but not from this cluster`;
}

function bySession(session: string, origin: BgpSession | undefined): string {
  const filters = origin?.filters ?? [];
  if (filters.length === 0) return `refused by the rules of session "${session}"`;
  return `refused by BGPFilter ${filters.map((name) => `"${name}"`).join(', ')}`;
}
