import { matchSelectorText } from '../selector/match-selector-text.ts';
import type { FelixConfiguration } from './calico.ts';

/**
 * Merges the FelixConfigurations that concern a node, key by key: `node.NAME` before those whose nodeSelector selects
 * the node (the first by name wins) before `default`.
 */
export function effectiveFelix(
  objects: readonly FelixConfiguration[],
  nodeName: string,
  labels: Readonly<Record<string, string>> = {},
): FelixConfiguration['spec'] {
  const named = (name: string) => objects.filter((object) => object.metadata.name === name);
  const selected = objects
    .filter(({ spec }) => spec.nodeSelector !== undefined && matchSelectorText(spec.nodeSelector, labels))
    .sort((a, b) => (a.metadata.name > b.metadata.name ? -1 : 1));
  const specs = [...named('default'), ...selected, ...named(`node.${nodeName}`)].map((object) => object.spec);
  return Object.assign({}, ...specs);
}
