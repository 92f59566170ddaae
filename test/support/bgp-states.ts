import type { Cidr } from '../../src/net/cidr.ts';
import { type Ip, ipFamily } from '../../src/net/ip.ts';
import type { BgpFilterRule, BgpFilterState, BgpPool, BgpSession, BgpState } from '../../src/routing/bgp-state.ts';

/** A node's BGP as simple as can be, with what the test is about. */
export function bgpState(changes: Partial<BgpState> = {}): BgpState {
  return {
    node: 'node-1',
    asNumber: 64512,
    routerId: '192.168.122.20' as Ip,
    nodeAddress4: '192.168.122.20' as Ip,
    logSeverity: 'Info',
    listenPort: 179,
    listenOn: 'any',
    sessions: [],
    filters: [],
    pools: [bgpPool('default-pool', '10.24.0.0/16')],
    links: ['192.168.122.0/24' as Cidr],
    farNodes: [],
    blocks: ['10.24.1.0/26' as Cidr],
    services: { announced: [], passedOn: [], all: [] },
    communities: [],
    ignoredInterfaces: [],
    reachableBy: [],
    priority4: 1024,
    priority6: 1024,
    clusterAsNumbers: [64512],
    bfd: { minimumReceiveMs: 300, minimumTransmitMs: 300, multiplier: 3 },
    ...changes,
  };
}

/** A pool that BIRD routes and exports. */
export function bgpPool(name: string, cidr: string, changes: Partial<BgpPool> = {}): BgpPool {
  const family = cidr.includes(':') ? 6 : 4;
  return {
    name,
    cidr: cidr as Cidr,
    family,
    blockSize: family === 4 ? 26 : 122,
    exported: true,
    kernelRoutes: 'bird',
    ...changes,
  };
}

/** A session inside the AS with another node. */
export function meshSession(peer: string, source: string, changes: Partial<BgpSession> = {}): BgpSession {
  return {
    name: `Mesh_${peer.replaceAll(/[.:]/g, '_')}`,
    type: 'mesh',
    origin: { kind: 'Node', name: 'node-2' },
    family: ipFamily(peer as Ip),
    peer: peer as Ip,
    peerAs: 64512,
    localAs: 64512,
    source: source as Ip,
    passive: peer > source,
    outside: false,
    distance: 'multihop',
    nextHop: 'auto',
    reflectorClient: false,
    filters: [],
    ...changes,
  };
}

/** A session with a router outside the cluster, AS 65001. */
export function outsideSession(peer: string, source: string, changes: Partial<BgpSession> = {}): BgpSession {
  return {
    ...meshSession(peer, source),
    name: `Global_${peer.replaceAll(/[.:]/g, '_')}`,
    type: 'global',
    origin: { kind: 'BGPPeer', name: 'rack1' },
    peerAs: 65001,
    passive: false,
    outside: true,
    ...changes,
  };
}

/** A BGPFilter with some lists of rules. */
export function bgpFilter(name: string, rules: Partial<BgpFilterState>): BgpFilterState {
  return { name, missing: false, importV4: [], exportV4: [], importV6: [], exportV6: [], ...rules };
}

/** A rule without conditions. */
export function filterRule(action: 'Accept' | 'Reject', conditions: Partial<BgpFilterRule> = {}): BgpFilterRule {
  return { fromRemotePeers: false, communities: [], asPathPrefix: [], operations: [], action, ...conditions };
}
