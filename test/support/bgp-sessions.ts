import type { BirdSession } from '../../src/bird/bird-session.ts';
import type { BirdStatus } from '../../src/bird/parse-status.ts';
import type { BgpSession, BgpState } from '../../src/desired/node-state.ts';
import { bgpState, outsideSession } from './bgp-states.ts';

/** A session with 10.0.1.1, a router outside. */
export function desiredSession(name: string, more: Partial<BgpSession> = {}): BgpSession {
  return outsideSession('10.0.1.1', '192.0.2.11', { name, peerAs: 64_513, ...more });
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

/** A state of node1 with these sessions. */
export function stateWith(sessions: readonly BgpSession[], asNumber = 64_512): BgpState {
  return bgpState({ node: 'node1', asNumber, sessions });
}

/** BIRD, started and configured at these times of day. */
export function daemon(boot: string, reconfigured: string): BirdStatus {
  return {
    version: '2.0.12',
    routerId: '192.0.2.11',
    serverTime: '2026-01-31 12:30:00.000',
    bootTime: `2026-01-31 ${boot}`,
    reconfigurationTime: `2026-01-31 ${reconfigured}`,
  };
}
