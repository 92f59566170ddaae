import { isSet } from '../base/is-set.ts';
import { objectText } from '../base/object-text.ts';
import { compareCidrs, hostCidr } from '../net/cidr.ts';
import { type Ip, ipFamily, tryParseIp } from '../net/ip.ts';
import type { BgpNeighbour } from './bgp-neighbour.ts';
import type { BgpSession, BgpState } from './bgp-state.ts';

type Gateway = BgpState['reachableBy'][number];

/** A static route to every peer of a session that has a gateway of its own (BGPPeer.spec.reachableBy), sorted. */
export function gatewaysToPeers(
  neighbours: readonly BgpNeighbour[],
  sessions: readonly BgpSession[],
  problems: Set<string>,
): readonly Gateway[] {
  const peers = new Set(sessions.map(({ peer }) => peer));
  const routes = new Map<Ip, Gateway>();
  for (const { origin, peer, wishes } of neighbours) {
    const { reachableBy } = wishes;
    if (!isSet(reachableBy) || !peers.has(peer)) continue;
    const via = tryParseIp(reachableBy);
    const other = routes.get(peer);
    const subject = `${objectText(origin)}: reachableBy`;
    if (via === undefined || ipFamily(via) !== ipFamily(peer)) {
      problems.add(`${subject} "${reachableBy}" found, an IPv${ipFamily(peer)} address needed: no route to ${peer}`);
    } else if (other !== undefined && other.via !== via) {
      problems.add(`${subject}: ${objectText(other.origin)} has ${peer} by ${other.via}: not used`);
    } else if (other === undefined) {
      routes.set(peer, { peer: hostCidr(peer), via, origin });
    }
  }
  return [...routes.values()].sort((a, b) => compareCidrs(a.peer, b.peer));
}
