import type { BirdSession } from '../../bird/bird-session.ts';
import type { BirdStatus } from '../../bird/parse-status.ts';
import type { BgpSession, BgpState } from '../../desired/node-state.ts';
import { parseIp } from '../../net/ip.ts';

/** A session with a router outside. */
export function desiredSession(name: string, more: Partial<BgpSession> = {}): BgpSession {
  return {
    name,
    type: 'global',
    origin: { kind: 'BGPPeer', name: 'rack1' },
    family: 4,
    peer: parseIp('10.0.1.1'),
    peerAs: 64_513,
    localAs: 64_512,
    passive: false,
    outside: true,
    distance: 'multihop',
    nextHop: 'auto',
    reflectorClient: false,
    filters: [],
    ...more,
  };
}

/** The same session in BIRD. */
export function birdSession(name: string, established: boolean, more: Partial<BirdSession> = {}): BirdSession {
  return {
    name,
    proto: 'BGP',
    state: established ? 'up' : 'start',
    since: '12:00:00',
    info: established ? 'Established' : 'Active',
    bgpState: established ? 'Established' : 'Active',
    channels: [],
    ...more,
  };
}

/** A state with these sessions and nothing else. */
export function bgpState(sessions: readonly BgpSession[], asNumber = 64_512): BgpState {
  return {
    node: 'node1',
    asNumber,
    routerId: parseIp('192.0.2.11'),
    logSeverity: 'Info',
    listenPort: 179,
    listenOn: 'any',
    sessions,
    filters: [],
    pools: [],
    blocks: [],
    services: { announced: [], passedOn: [], all: [] },
    communities: [],
    ignoredInterfaces: [],
    reachableBy: [],
    priority4: 1024,
    priority6: 1024,
    clusterAsNumbers: [],
    bfd: { minimumReceiveMs: 300, minimumTransmitMs: 300, multiplier: 3 },
  };
}

/** BIRD, started and configured at these times of day. */
export function daemon(boot: string, reconfigured: string): BirdStatus {
  return {
    version: '2.0.12',
    routerId: '192.0.2.11',
    serverTime: '2026-01-31 12:30:00.000',
    bootTime: `2026-01-31 ${boot}`,
    reconfigurationTime: `2026-01-31 ${reconfigured}`,
    condition: 'Daemon is up and running',
  };
}
