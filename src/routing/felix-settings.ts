import type { FelixConfiguration } from '../api/calico.ts';
import type { RouteProgramming } from '../api/route-programming.ts';
import { matchSelector } from '../selector/match-selector.ts';
import { parseSelector } from '../selector/parse-selector.ts';

/** The part of FelixConfiguration that routing reads, defaults filled in. MTUs: absent = computed. */
export interface FelixSettings {
  readonly ipipMtuBytes?: number;
  readonly vxlanMtuBytes?: number;
  readonly vxlanV6MtuBytes?: number;
  readonly vxlanPort: number;
  readonly vxlanVni: number;
  /** Whether traffic to node addresses keeps its pod source address, too. */
  readonly excludeNodesFromNat: boolean;
  /** Which routes to other nodes the agent is asked to write; absent = nothing is said. */
  readonly programClusterRoutes?: RouteProgramming;
}

/**
 * Merges the FelixConfigurations that concern a node, key by key: `node.NAME` before those whose nodeSelector selects
 * the node (the first by name wins) before `default`. An MTU of zero means "compute it".
 */
export function felixSettings(
  objects: readonly FelixConfiguration[],
  nodeName: string,
  labels: Readonly<Record<string, string>> = {},
): FelixSettings {
  const named = (name: string) => objects.filter((object) => object.metadata.name === name);
  const selected = objects
    .filter(({ spec }) => spec.nodeSelector !== undefined && selects(spec.nodeSelector, labels))
    .sort((a, b) => (a.metadata.name > b.metadata.name ? -1 : 1));
  const specs = [...named('default'), ...selected, ...named(`node.${nodeName}`)].map((object) => object.spec);
  const spec: FelixConfiguration['spec'] = Object.assign({}, ...specs);
  const { ipipMTU, vxlanMTU, vxlanMTUV6, programClusterRoutes } = spec;
  return {
    vxlanPort: spec.vxlanPort || 4789,
    vxlanVni: spec.vxlanVNI || 4096,
    excludeNodesFromNat: spec.natOutgoingExclusions === 'IPPoolsAndHostIPs',
    ...(programClusterRoutes === undefined ? {} : { programClusterRoutes }),
    ...(ipipMTU ? { ipipMtuBytes: ipipMTU } : {}),
    ...(vxlanMTU ? { vxlanMtuBytes: vxlanMTU } : {}),
    ...(vxlanMTUV6 ? { vxlanV6MtuBytes: vxlanMTUV6 } : {}),
  };
}

/** A selector that cannot be read (the API server refuses those) selects nothing. */
function selects(selector: string, labels: Readonly<Record<string, string>>): boolean {
  try {
    return matchSelector(parseSelector(selector), labels);
  } catch {
    return false;
  }
}
