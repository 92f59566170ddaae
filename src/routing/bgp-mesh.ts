import type { BgpSettings } from './bgp-configuration.ts';
import type { BgpNeighbour } from './bgp-neighbour.ts';
import type { BgpNode } from './bgp-node.ts';
import { nodeNeighbours } from './bgp-node-neighbours.ts';

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
  return nodes
    .filter((node) => node.name !== local.name && node.clusterId === undefined)
    .flatMap((node) =>
      nodeNeighbours(node, local, { type: 'mesh', origin: { kind: 'Node', name: node.name }, wishes }),
    );
}
