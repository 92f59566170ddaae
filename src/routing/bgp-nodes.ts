import type { CalicoNode } from '../api/node-annotations.ts';
import { type Ip, isRoutable } from '../net/ip.ts';
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
  const byAddress = new Map<Ip, BgpNode>();
  const take = (object: CalicoNode): BgpNode => {
    const { address4, address6, ...rest } = bgpNode(object, settingsOf(object.name));
    const isFree = (ip: Ip | undefined): boolean => {
      if (ip !== undefined && !isRoutable(ip)) {
        problems.add(`node ${object.name} has the address ${ip}, where no other host reaches it: not used`);
        return false;
      }
      const owner = ip && byAddress.get(ip);
      if (owner !== undefined) problems.add(`nodes ${owner.name} and ${object.name} both have the address ${ip}`);
      return owner === undefined;
    };
    const node: BgpNode = {
      ...rest,
      ...(address4 !== undefined && isFree(address4) ? { address4 } : {}),
      ...(address6 !== undefined && isFree(address6) ? { address6 } : {}),
    };
    for (const ip of [node.address4, node.address6]) if (ip !== undefined) byAddress.set(ip, node);
    return node;
  };
  const byName = (a: { readonly name: string }, b: { readonly name: string }) => (a.name < b.name ? -1 : 1);
  const self = take(local);
  const others = nodes.filter(({ name }) => name !== local.name).sort(byName);
  return { local: self, all: [self, ...others.map(take)].sort(byName), byAddress };
}
