import type { BirdStatus } from '../bird/parse-status.ts';
import type { SessionRecord } from './bgp-sessions.ts';

/** A configuration that BIRD does not take. */
export interface RefusedConfiguration {
  /** The object it is about: `BGPPeer "rack1"`; absent when it is none in particular. */
  readonly origin?: string;
  readonly reason: string;
}

/** Routes that a session offers and that are not taken. */
export interface RefusedRoutes {
  /** Name of the session. */
  readonly session: string;
  /** How many there are; `routes` has the first of them. */
  readonly count: number;
  readonly routes: readonly { readonly destination: string; readonly reason: string }[];
}

/** BGP of this node as it is. */
export interface BgpStatus {
  /** What BIRD says of itself; absent when it does not answer. */
  readonly daemon?: BirdStatus;
  /** Why it does not answer; `isDown`: nobody is there. */
  readonly silence?: { readonly isDown: boolean; readonly reason: string };
  /** Why the newest configuration is not in force; the one before it is. */
  readonly refusal?: RefusedConfiguration;
  /** Why the newest configuration could not be handed over; it is tried again. */
  readonly failure?: string;
  /** Sorted by name. */
  readonly sessions: readonly SessionRecord[];
  readonly refused: readonly RefusedRoutes[];
}

/**
 * Why this node is not ready for the sake of BGP; `undefined` when it is. One session of many that stands is enough.
 *
 * @see Calico, node/pkg/health
 */
export function unreadiness(status: BgpStatus, socket: string): string | undefined {
  const { daemon, silence, sessions } = status;
  if (daemon === undefined) {
    if (silence?.isDown === false) return `BIRD does not answer: ${silence.reason}`;
    return `BIRD is not running (no answer at ${socket}), its unit weft-bird must be started`;
  }
  if (daemon.gracefulRestart !== undefined) return 'BIRD is not ready: graceful restart in progress';
  const down = sessions.filter(({ established }) => !established);
  if (down.length === 0 || down.length < sessions.length) return undefined;
  return `BIRD is not ready: BGP not established with ${down.map(({ desired }) => desired.peer).join(',')}`;
}
