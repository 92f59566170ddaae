import type { BGPConfiguration } from '../api/calico-bgp.ts';

/** What the BGPConfigurations say to one node. */
export type BgpSettings = BGPConfiguration['spec'];

/** AS number of a cluster that says nothing. */
export const defaultAsNumber = 64_512;

/**
 * Merges the BGPConfigurations, key by key: `node.NAME` before `default`. What must be the same everywhere (the mesh and
 * the AS number of the cluster) is taken from `default` alone.
 *
 * @returns the settings of a node by its name
 */
export function bgpSettings(
  objects: readonly BGPConfiguration[],
  problems: Set<string>,
): (nodeName: string) => BgpSettings {
  const specs = new Map(objects.map(({ metadata, spec }) => [metadata.name, spec]));
  const shared = specs.get('default') ?? {};
  for (const name of specs.keys()) {
    if (name === 'default' || name.startsWith('node.')) continue;
    problems.add(`BGPConfiguration "${name}" is not used: "default" or "node.NAME" needed`);
  }
  if (shared.asNumber === 0) problems.add(`BGPConfiguration "default": AS number 0 found, ${defaultAsNumber} used`);
  const { nodeToNodeMeshEnabled, nodeMeshPassword, nodeMeshMaxRestartTime, nodeMeshFailureDetectionMode } = shared;
  const clusterWide = {
    asNumber: shared.asNumber || defaultAsNumber,
    nodeToNodeMeshEnabled: nodeToNodeMeshEnabled ?? true,
    ...(nodeMeshPassword === undefined ? {} : { nodeMeshPassword }),
    ...(nodeMeshMaxRestartTime === undefined ? {} : { nodeMeshMaxRestartTime }),
    ...(nodeMeshFailureDetectionMode === undefined ? {} : { nodeMeshFailureDetectionMode }),
  };
  const everywhere = { ...shared, ...clusterWide };
  return (nodeName) => {
    const own = specs.get(`node.${nodeName}`);
    return own === undefined ? everywhere : { ...shared, ...own, ...clusterWide };
  };
}
