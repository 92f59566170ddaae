import type { BgpSettings } from './bgp-configuration.ts';
import type { BgpNeighbour } from './bgp-neighbour.ts';
import { addressOf, type BgpNode } from './bgp-node.ts';

/**
 * The full mesh: every other node, once for every family that both have an address of. Route reflectors are no part of
 * it: their sessions come from BGPPeers.
 */
export function meshNeighbours(
  local: BgpNode,
  nodes: readonly BgpNode[],
  settings: BgpSettings,
): readonly BgpNeighbour[] {
  if (settings.nodeToNodeMeshEnabled === false || local.clusterId !== undefined) return [];
  const { nodeMeshPassword, nodeMeshMaxRestartTime, nodeMeshFailureDetectionMode } = settings;
  const wishes = {
    ...(nodeMeshPassword === undefined ? {} : { password: nodeMeshPassword }),
    ...(nodeMeshMaxRestartTime === undefined ? {} : { maxRestartTime: nodeMeshMaxRestartTime }),
    ...(nodeMeshFailureDetectionMode === undefined ? {} : { failureDetectionMode: nodeMeshFailureDetectionMode }),
  };
  return nodes.flatMap((node) => {
    if (node.name === local.name || node.clusterId !== undefined) return [];
    return ([4, 6] as const).flatMap((family): BgpNeighbour[] => {
      const peer = addressOf(node, family);
      if (peer === undefined || addressOf(local, family) === undefined) return [];
      const port = node.listenPort === undefined ? {} : { port: node.listenPort };
      const origin = { kind: 'Node', name: node.name } as const;
      return [{ type: 'mesh', origin, peer, ...port, peerAs: node.asNumber, node, wishes }];
    });
  });
}
