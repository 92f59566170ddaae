import type { BGPPeer } from '../api/calico-bgp.ts';
import type { CalicoNode } from '../api/node-annotations.ts';
import { validateBgpPeer } from '../api/validate-bgp-peer.ts';
import { isSet } from '../base/is-set.ts';
import { cidrContains, cidrOf, compareCidrs, hostCidr, type IpWithPrefix } from '../net/cidr.ts';
import { addressBits, ipFamily } from '../net/ip.ts';
import { bfdTimers } from './bgp-bfd.ts';
import { announcedCommunities } from './bgp-communities.ts';
import { type BgpSettings, bgpSettings } from './bgp-configuration.ts';
import { bgpFilters } from './bgp-filters.ts';
import type { BgpInputs } from './bgp-inputs.ts';
import { type LocalPod, localWorkloadNeighbours } from './bgp-local-workloads.ts';
import { meshNeighbours } from './bgp-mesh.ts';
import { type BgpNodes, readBgpNodes } from './bgp-nodes.ts';
import { oneForEachAddress } from './bgp-one-session.ts';
import { peerNeighbours } from './bgp-peers.ts';
import { gatewaysToPeers } from './bgp-reachable-by.ts';
import { routerId } from './bgp-router-id.ts';
import { bgpSession } from './bgp-session.ts';
import type { BgpState } from './bgp-state.ts';
import type { OwnedPrefix } from './owned-prefixes.ts';
import type { RoutedPool } from './pool.ts';
import type { RouteOwner } from './route-owner.ts';
import { announcedServices } from './service-advertisement.ts';

/** What BGP of one node is computed from. */
export interface BgpTopologyInputs extends BgpInputs {
  readonly local: CalicoNode;
  readonly nodes: readonly CalicoNode[];
  readonly pools: readonly RoutedPool[];
  readonly owners: ReadonlyMap<string, RouteOwner>;
  readonly owned: readonly OwnedPrefix[];
  /** What is wired on this node. */
  readonly endpoints: readonly LocalPod[];
}

/**
 * Everything BIRD of the local node is to do. What is wrong becomes a problem and is left out; nothing is thrown. The
 * order of the input does not matter.
 *
 * @returns `undefined` when the node can have no router id (a problem says so)
 */
export function computeBgp(inputs: BgpTopologyInputs, problems: Set<string>): BgpState | undefined {
  const settingsOf = bgpSettings(inputs.configurations, problems);
  const settings = settingsOf(inputs.local.name);
  const nodes = readBgpNodes(inputs.local, inputs.nodes, settingsOf, problems);
  const { local } = nodes;
  const id = routerId(local, inputs.routerId, problems);
  if (id === undefined) return undefined;
  const peers = usablePeers(inputs.peers, problems);
  const neighbours = [
    ...meshNeighbours(local, nodes.all, settings),
    ...peerNeighbours(peers, nodes, problems),
    ...localWorkloadNeighbours(peers, { ...inputs, local, settings }, problems),
  ];
  const chosen = oneForEachAddress(neighbours, problems);
  const bfd = bfdTimers(settings, problems);
  const networks = [inputs.local.ipv4Address ?? [], inputs.local.ipv6Address ?? []].flat();
  const sessionInputs = { local, networks, passwords: inputs.passwords, bfd };
  const sessions = chosen
    .flatMap((neighbour) => bgpSession(neighbour, sessionInputs, problems) ?? [])
    .sort((a, b) => (a.name < b.name ? -1 : 1));
  return {
    node: local.name,
    asNumber: local.asNumber,
    routerId: id,
    ...(local.address4 === undefined ? {} : { nodeAddress4: local.address4 }),
    ...(local.address6 === undefined ? {} : { nodeAddress6: local.address6 }),
    ...daemonSettings(settings),
    ...(local.clusterId === undefined ? {} : { clusterId: local.clusterId }),
    sessions,
    filters: bgpFilters(inputs.filters, sessions, problems),
    pools: inputs.pools.map(({ name, cidr, family, blockSize, exported }) => {
      return { name, cidr, family, blockSize, exported, kernelRoutes: inputs.owners.get(name) ?? 'agent' };
    }),
    ...nodePlaces(networks, inputs.nodes),
    blocks: inputs.owned
      .flatMap(({ cidr, node, kind }) => (kind === 'block' && node === local.name ? [cidr] : []))
      .sort(compareCidrs),
    services: announcedServices({ ...inputs, local, settings }, problems),
    communities: announcedCommunities(settings, problems),
    reachableBy: gatewaysToPeers(chosen, sessions, problems),
    clusterAsNumbers: clusterAsNumbers(nodes, peers),
    bfd,
  };
}

/** The peers that do not contradict themselves, sorted by name. (The API server refuses the others.) */
function usablePeers(peers: readonly BGPPeer[], problems: Set<string>): readonly BGPPeer[] {
  const usable = peers.filter((peer) => {
    const error = validateBgpPeer(peer)[0];
    if (error !== undefined) {
      problems.add(`BGPPeer "${peer.metadata.name}" is not used: ${error.field}: ${error.reason}`);
    }
    return error === undefined;
  });
  return usable.sort((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1));
}

/** Where nodes are found: on the local node's own networks, or elsewhere. */
function nodePlaces(
  networks: readonly IpWithPrefix[],
  others: readonly CalicoNode[],
): Pick<BgpState, 'links' | 'farNodes'> {
  const links = networks.map(({ ip, prefixLength }) => cidrOf(ip, prefixLength));
  const far = others
    .flatMap(({ ipv4Address, ipv6Address }) => [ipv4Address ?? [], ipv6Address ?? []].flat())
    .filter(({ ip, prefixLength }) => prefixLength < addressBits(ipFamily(ip)))
    .map(({ ip }) => hostCidr(ip))
    .filter((host) => !links.some((link) => cidrContains(link, host)));
  return { links, farNodes: [...new Set(far)].sort(compareCidrs) };
}

/** AS numbers of the nodes and those they show, and those of routers in pods. */
function clusterAsNumbers({ all }: BgpNodes, peers: readonly BGPPeer[]): readonly number[] {
  const shown = peers.flatMap(({ spec }) => [
    spec.localASNumber || [],
    (isSet(spec.localWorkloadSelector) && spec.asNumber) || [],
  ]);
  return [...new Set([...all.map(({ asNumber }) => asNumber), ...shown.flat()])].sort((a, b) => a - b);
}

function daemonSettings(
  settings: BgpSettings,
): Pick<BgpState, 'logSeverity' | 'listenPort' | 'listenOn' | 'ignoredInterfaces' | 'priority4' | 'priority6'> {
  return {
    logSeverity: severities.find((name) => name.toLowerCase() === settings.logSeverityScreen?.toLowerCase()) ?? 'Info',
    listenPort: settings.listenPort ?? 179,
    listenOn: settings.bindMode === 'NodeIP' ? 'node' : 'any',
    ignoredInterfaces: [...new Set(settings.ignoredInterfaces)].sort(),
    priority4: settings.ipv4NormalRoutePriority ?? 1024,
    priority6: settings.ipv6NormalRoutePriority ?? 1024,
  };
}

const severities = ['Trace', 'Debug', 'Info', 'Warning', 'Error', 'Fatal', 'None'] as const;
