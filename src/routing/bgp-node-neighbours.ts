import type { BgpNeighbour } from './bgp-neighbour.ts';
import { addressOf, type BgpNode } from './bgp-node.ts';

/**
 * A node of the cluster as a neighbour of the local one, once for every family that both have an address of.
 *
 * @param session what else is known of the sessions; without `peerAs` they have the AS number of the node
 */
export function nodeNeighbours(
  node: BgpNode,
  local: BgpNode,
  session: Pick<BgpNeighbour, 'type' | 'origin' | 'wishes' | 'reverse'> & { readonly peerAs?: number },
): readonly BgpNeighbour[] {
  const port = node.listenPort === undefined ? {} : { port: node.listenPort };
  return ([4, 6] as const).flatMap((family) => {
    const peer = addressOf(node, family);
    if (peer === undefined || addressOf(local, family) === undefined) return [];
    return [{ peerAs: node.asNumber, ...session, peer, node, ...port }];
  });
}
