import type { LabNode } from './topology.ts';

/** The label that says on which segment a node is. */
export const segmentLabel = 'weft.projectcalico.org/segment';

/** The label of nodes that are route reflectors, as Calico's documentation calls it. */
export const reflectorLabel = 'route-reflector';

/** The labels a lab gives to a node, besides those of every Kubernetes node. */
export function nodeLabels(node: LabNode): Readonly<Record<string, string>> {
  return {
    [segmentLabel]: node.segment,
    ...(node.reflectorClusterId === undefined ? {} : { [reflectorLabel]: 'true' }),
    ...node.labels,
  };
}
