import type { Cidr } from '../net/cidr.ts';
import { cidrFamily } from '../net/cidr.ts';
import type { Family } from '../net/ip.ts';
import type { BgpPool, BgpSession, BgpState } from '../routing/bgp-state.ts';

/** What BIRD has to know of one IP version; a part of BgpState with only its networks. */
export interface BirdFamily {
  readonly family: Family;
  readonly priority: number;
  readonly pools: readonly BgpPool[];
  readonly links: readonly Cidr[];
  readonly farNodes: readonly Cidr[];
  readonly blocks: readonly Cidr[];
  readonly announced: readonly Cidr[];
  readonly passedOn: readonly Cidr[];
  readonly serviceNetworks: readonly Cidr[];
  readonly communities: BgpState['communities'];
  readonly reachableBy: BgpState['reachableBy'];
  readonly sessions: readonly BgpSession[];
}

/** The IP versions that the node has, or has a session of, IPv4 first. */
export function birdFamilies(state: BgpState): readonly BirdFamily[] {
  return ([4, 6] as const).flatMap((family) => {
    const sessions = state.sessions.filter((session) => session.family === family);
    const address = family === 4 ? state.nodeAddress4 : state.nodeAddress6;
    if (address === undefined && sessions.length === 0) return [];
    const ours = (cidrs: readonly Cidr[]) => cidrs.filter((cidr) => cidrFamily(cidr) === family);
    return [
      {
        family,
        priority: family === 4 ? state.priority4 : state.priority6,
        pools: state.pools.filter((pool) => pool.family === family),
        links: ours(state.links),
        farNodes: ours(state.farNodes),
        blocks: ours(state.blocks),
        announced: ours(state.services.announced),
        passedOn: ours(state.services.passedOn),
        serviceNetworks: ours(state.services.all),
        communities: state.communities.filter(({ cidr }) => cidrFamily(cidr) === family),
        reachableBy: state.reachableBy.filter(({ peer }) => cidrFamily(peer) === family),
        sessions,
      },
    ];
  });
}
