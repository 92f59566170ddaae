import type { FelixConfiguration } from '../api/calico.ts';
import { effectiveFelix } from '../api/effective-felix.ts';
import type { RouteProgramming } from '../api/route-programming.ts';

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

/** What the FelixConfigurations that concern a node say. An MTU of zero means "compute it". @see effectiveFelix */
export function felixSettings(
  objects: readonly FelixConfiguration[],
  nodeName: string,
  labels: Readonly<Record<string, string>> = {},
): FelixSettings {
  const spec = effectiveFelix(objects, nodeName, labels);
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
