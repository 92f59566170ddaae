import type { CalicoNode } from '../api/node-annotations.ts';
import type { Family, Ip } from '../net/ip.ts';
import { type BgpSettings, defaultAsNumber } from './bgp-configuration.ts';

/** A node as BGP sees it. */
export interface BgpNode {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly address4?: Ip;
  readonly address6?: Ip;
  readonly asNumber: number;
  /** Of a route reflector. */
  readonly clusterId?: Ip;
  /** Absent: 179. */
  readonly listenPort?: number;
}

/** What the node's annotations and the BGPConfigurations make of it. */
export function bgpNode(node: CalicoNode, { asNumber = defaultAsNumber, listenPort }: BgpSettings): BgpNode {
  const { name, labels, ipv4Address, ipv6Address, routeReflectorClusterId } = node;
  return {
    name,
    labels,
    asNumber: node.asNumber ?? asNumber,
    ...(ipv4Address === undefined ? {} : { address4: ipv4Address.ip }),
    ...(ipv6Address === undefined ? {} : { address6: ipv6Address.ip }),
    ...(routeReflectorClusterId === undefined ? {} : { clusterId: routeReflectorClusterId }),
    ...(listenPort === undefined ? {} : { listenPort }),
  };
}

/** The node's address of this family. */
export function addressOf({ address4, address6 }: BgpNode, family: Family): Ip | undefined {
  return family === 4 ? address4 : address6;
}
