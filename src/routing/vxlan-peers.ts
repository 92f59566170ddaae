import type { CalicoNode } from '../api/node-annotations.ts';
import type { Ip } from '../net/ip.ts';
import type { Mac } from '../net/mac.ts';
import { type Tunnel, tunnelEnd, tunnelMac } from './tunnel.ts';

/** The far end of a VXLAN tunnel: neighbour entry tunnelAddress -> mac, FDB entry mac -> nodeAddress. */
export interface VxlanPeer {
  readonly node: string;
  readonly device: string;
  readonly tunnelAddress: Ip;
  readonly mac: Mac;
  readonly nodeAddress: Ip;
}

/**
 * The other nodes' ends of our VXLAN tunnels, sorted by device and node. Nodes that have no tunnel address (yet) have
 * no end; the routes to their blocks report that. Two nodes with one MAC or one tunnel address are a problem: the
 * first by name wins, since the kernel can hold only one.
 */
export function vxlanPeers(
  tunnels: readonly Tunnel[],
  nodes: readonly CalicoNode[],
  localName: string,
  problems: Set<string>,
): readonly VxlanPeer[] {
  const peers: VxlanPeer[] = [];
  const remotes = nodes.filter((node) => node.name !== localName).sort((a, b) => (a.name < b.name ? -1 : 1));
  for (const tunnel of tunnels) {
    if (tunnel.kind !== 'vxlan') continue;
    const owners = new Map<string, string>();
    for (const node of remotes) {
      const peer = peerOf(node, tunnel);
      if (peer === undefined) continue;
      const taken = [peer.mac, peer.tunnelAddress].find((identity) => owners.has(identity));
      if (taken !== undefined) {
        problems.add(`nodes ${owners.get(taken)} and ${node.name} both claim ${taken} on ${tunnel.device}`);
        continue;
      }
      owners.set(peer.mac, node.name).set(peer.tunnelAddress, node.name);
      peers.push(peer);
    }
  }
  return peers;
}

function peerOf(node: CalicoNode, tunnel: Tunnel): VxlanPeer | undefined {
  const { family, device } = tunnel;
  const tunnelAddress = tunnelEnd(tunnel, node);
  const nodeAddress = (family === 4 ? node.ipv4Address : node.ipv6Address)?.ip;
  if (tunnelAddress === undefined || nodeAddress === undefined) return undefined;
  return { node: node.name, device, tunnelAddress, mac: tunnelMac(node, family), nodeAddress };
}
