import type { BGPPeer } from '../api/calico-bgp.ts';
import { objectText } from '../base/object-text.ts';
import type { Ip } from '../net/ip.ts';
import type { BgpNeighbour } from './bgp-neighbour.ts';

/**
 * One session for every address and port, the first in the order given; with a node of the mesh there is just that of
 * the mesh. A BGPPeer that loses by this and asks for something else is a problem; what merely follows from another
 * node's BGPPeer is not.
 */
export function oneForEachAddress(neighbours: readonly BgpNeighbour[], problems: Set<string>): readonly BgpNeighbour[] {
  const mesh = new Set(neighbours.flatMap(({ type, peer }) => (type === 'mesh' ? [peer] : [])));
  const taken = new Map<string, BgpNeighbour>();
  const inMesh = new Map<string, Set<Ip>>();
  for (const neighbour of neighbours) {
    const { type, origin, peer, port = 179, reverse = false } = neighbour;
    const subject = objectText(origin);
    const key = `${peer} ${port}`;
    const other = taken.get(key);
    if (type !== 'mesh' && mesh.has(peer)) {
      inMesh.set(subject, (inMesh.get(subject) ?? new Set()).add(peer));
    } else if (other === undefined) {
      taken.set(key, neighbour);
    } else if (!reverse && isOtherwise(neighbour, other)) {
      problems.add(`${subject}: ${objectText(other.origin)} has a session with ${peer} already: not used`);
    }
  }
  for (const [subject, { size }] of inMesh) {
    const sessions = size === 1 ? 'a session with its peer' : `sessions with ${size} of its peers`;
    problems.add(`${subject}: the mesh has ${sessions} already: not used, nodeToNodeMeshEnabled false needed`);
  }
  return [...taken.values()];
}

/** True when the two would not be the same session. */
function isOtherwise(a: BgpNeighbour, b: BgpNeighbour): boolean {
  return a.peerAs !== b.peerAs || sessionWishes(a.wishes) !== sessionWishes(b.wishes);
}

/** Without what only says who the peers are. */
function sessionWishes(spec: BGPPeer['spec']): string {
  const { node, nodeSelector, peerIP, peerSelector, asNumber, reversePeering, localWorkloadSelector, ...wishes } = spec;
  return JSON.stringify(Object.entries(wishes).sort(([a], [b]) => (a < b ? -1 : 1)));
}
