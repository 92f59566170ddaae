import { communityProblem } from '../api/validate-community.ts';
import { type Cidr, compareCidrs } from '../net/cidr.ts';
import { tryParseNetwork } from '../net/network.ts';
import type { BgpSettings } from './bgp-configuration.ts';
import type { BgpState } from './bgp-state.ts';

/**
 * prefixAdvertisements with the names of communities resolved, one entry for each network, sorted. A community that is
 * neither a name nor a value is a problem and left out.
 */
export function announcedCommunities(
  { communities = [], prefixAdvertisements = [] }: BgpSettings,
  problems: Set<string>,
): BgpState['communities'] {
  const values = new Map(communities.map(({ name, value }) => [name, value]));
  const byCidr = new Map<Cidr, Set<string>>();
  for (const { cidr: text, communities: used } of prefixAdvertisements) {
    const cidr = tryParseNetwork(text);
    if (cidr === undefined) {
      problems.add(`BGPConfiguration: prefixAdvertisements: "${text}" found, a network needed: not used`);
      continue;
    }
    const found = byCidr.get(cidr) ?? new Set();
    byCidr.set(cidr, found);
    for (const one of used) {
      const value = values.get(one) ?? one;
      if (communityProblem(value) === undefined) found.add(plainCommunity(value));
      else problems.add(`BGPConfiguration: prefixAdvertisements ${cidr}: "${one}" is no community: left out`);
    }
  }
  return [...byCidr]
    .filter(([, found]) => found.size > 0)
    .map(([cidr, found]) => ({ cidr, communities: [...found].sort() }))
    .sort((a, b) => compareCidrs(a.cidr, b.cidr));
}

/** A community without leading zeros: `065:1` is `65:1`. */
export function plainCommunity(value: string): string {
  return value.split(':').map(Number).join(':');
}
