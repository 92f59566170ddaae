import type { CalicoNode } from '../api/node-annotations.ts';
import type { Ip } from '../net/ip.ts';
import type { BgpSettings } from './bgp-configuration.ts';
import { type BgpNode, bgpNode } from './bgp-node.ts';

/** The nodes of the cluster, ready to be found by address. */
export interface BgpNodes {
  readonly local: BgpNode;
  /** All of them, the local one among them, sorted by name. */
  readonly all: readonly BgpNode[];
  readonly byAddress: ReadonlyMap<Ip, BgpNode>;
}

/**
 * All nodes as BGP sees them. An address that two nodes claim is a problem and belongs to one alone: to the local node,
 * else to the first by name.
 */
export function readBgpNodes(
  local: CalicoNode,
  nodes: readonly CalicoNode[],
  settingsOf: (nodeName: string) => BgpSettings,
  problems: Set<string>,
): BgpNodes {
  const others = nodes.filter(({ name }) => name !== local.name).sort((a, b) => (a.name < b.name ? -1 : 1));
  const byAddress = new Map<Ip, BgpNode>();
  const all = [local, ...others].map((object) => {
    const node = bgpNode(object, settingsOf(object.name));
    const isFree = (ip: Ip | undefined): boolean => {
      const owner = ip === undefined ? undefined : byAddress.get(ip);
      if (owner !== undefined) problems.add(`nodes ${owner.name} and ${node.name} both have the address ${ip}`);
      return owner === undefined;
    };
    const { address4, address6, ...rest } = node;
    const own: BgpNode = {
      ...rest,
      ...(address4 !== undefined && isFree(address4) ? { address4 } : {}),
      ...(address6 !== undefined && isFree(address6) ? { address6 } : {}),
    };
    if (own.address4 !== undefined) byAddress.set(own.address4, own);
    if (own.address6 !== undefined) byAddress.set(own.address6, own);
    return own;
  });
  const [self = bgpNode(local, settingsOf(local.name))] = all;
  return { local: self, all: all.sort((a, b) => (a.name < b.name ? -1 : 1)), byAddress };
}
