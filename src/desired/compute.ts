import type { CalicoNode, CalicoNodeFields } from '../api/node-annotations.ts';
import { readCalicoNode } from '../api/node-annotations.ts';
import { compareIps, type Ip } from '../net/ip.ts';
import { bgpSettings } from '../routing/bgp-configuration.ts';
import { peeringAddresses } from '../routing/bgp-local-workloads.ts';
import { computeBgp } from '../routing/bgp-topology.ts';
import { birdPrefixes } from '../routing/bird-prefixes.ts';
import { felixSettings } from '../routing/felix-settings.ts';
import { blackholeRoutes, podRoutes } from '../routing/local-routes.ts';
import { masquerades } from '../routing/masquerade.ts';
import { fallbackMtuBytes, podMtu, tunnelMtus } from '../routing/mtu.ts';
import { ownedPrefixes } from '../routing/owned-prefixes.ts';
import { readRoutedPools } from '../routing/pool.ts';
import { chooseRoutes } from '../routing/ranked-route.ts';
import { remoteRoutes } from '../routing/remote-routes.ts';
import { routeOwners } from '../routing/route-owner.ts';
import { computeTunnels, neededTunnels } from '../routing/tunnel.ts';
import { vxlanPeers } from '../routing/vxlan-peers.ts';
import type { NodeState } from './node-state.ts';
import type { Snapshot } from './snapshot.ts';

/**
 * The whole desired state of one node. A pure function: it depends neither on earlier calls nor on the order of the
 * snapshot's lists. Never throws for bad objects: what is wrong becomes a warning, the rest is computed.
 */
export function computeNodeState(snapshot: Snapshot): NodeState {
  const { nodeName, machine, backend, bgp } = snapshot;
  const problems = new Set<string>();
  const pools = readRoutedPools(snapshot.pools, problems);
  const nodes = readNodes(snapshot, problems);
  const byName = new Map(nodes.map((node) => [node.name, node]));
  const local = byName.get(nodeName) ?? { name: nodeName, labels: {}, problems: [] };
  const settings = felixSettings(snapshot.felixConfigurations, nodeName, local.labels);
  if (!byName.has(nodeName)) problems.add(`node ${nodeName} does not exist in the API`);
  if (machine.underlay4 === undefined && machine.underlay6 === undefined) {
    problems.add(`no device with a node address was found: MTUs are computed from ${fallbackMtuBytes}`);
  }

  const needed = neededTunnels(pools);
  const mtus = tunnelMtus(machine, settings);
  const wantedTunnels = neededTunnels(pools, snapshot.keptTunnels);
  const tunnels = computeTunnels(
    wantedTunnels,
    withEnds(local, snapshot.ownTunnels),
    machine,
    mtus,
    settings,
    problems,
  );
  const owned = ownedPrefixes(snapshot.blocks, problems);
  const asked = {
    agentRoutes: settings.programClusterRoutes,
    birdRoutes: bgp && bgpSettings(bgp.configurations, problems)(nodeName).programClusterRoutes,
  };
  const owners = routeOwners(pools, { backend, ...asked }, problems);
  const { endpoints } = snapshot;
  const bgpState = bgp && computeBgp({ ...bgp, local, nodes, pools, owners, owned, endpoints }, problems);
  const nodeAddresses = addressesOf(nodes);
  const candidates = [
    ...podRoutes(snapshot.endpoints, problems),
    ...remoteRoutes(owned, { local, nodes: byName, pools, tunnels, machine, owners }, problems),
    ...blackholeRoutes(owned, nodeName),
  ];
  return {
    node: nodeName,
    podMtuBytes: podMtu(needed, mtus, machine),
    endpoints: snapshot.endpoints.toSorted((a, b) => order(a.device, b.device) || order(a.containerId, b.containerId)),
    tunnels,
    vxlanPeers: vxlanPeers(tunnels, nodes, nodeName, problems),
    nodeAddresses,
    routes: chooseRoutes(candidates),
    birdPrefixes: birdPrefixes(owned, { local, nodes: byName, pools, owners }),
    ...(bgpState === undefined ? {} : { bgp: bgpState }),
    peeringAddresses: peeringAddresses(bgpState?.sessions ?? [], endpoints),
    masquerade: masquerades(pools, tunnels, nodeAddresses, settings),
    warnings: [...problems].sort(),
  };
}

/** The node as it is about to announce itself. */
function withEnds(node: CalicoNode, ends: CalicoNodeFields = {}): CalicoNode {
  const known = Object.entries(ends).filter(([, value]) => value !== undefined);
  return { ...node, ...Object.fromEntries(known) };
}

function readNodes(snapshot: Snapshot, problems: Set<string>): readonly CalicoNode[] {
  const nodes = snapshot.nodes.map(readCalicoNode);
  for (const node of nodes) for (const problem of node.problems) problems.add(problem);
  return nodes;
}

function addressesOf(nodes: readonly CalicoNode[]): readonly Ip[] {
  const all = nodes.flatMap((node) => [node.ipv4Address?.ip ?? [], node.ipv6Address?.ip ?? []].flat());
  return [...new Set(all)].sort(compareIps);
}

function order(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
