import type { BirdChannel, BirdSession } from '../bird/bird-session.ts';
import { isSameSince } from '../bird/is-same-since.ts';
import { secondsSince } from '../bird/seconds-since.ts';
import type { BgpSession } from '../desired/node-state.ts';
import type { Family } from '../net/ip.ts';
import { silentPeer } from './silent-peer.ts';

/** Something that went wrong with a session, for people. */
export interface SessionError {
  readonly text: string;
  /** Wall clock, milliseconds since the epoch: when it was first seen. */
  readonly at: number;
}

/** A session that this node should have, and what became of it as far as this process has seen. */
export interface SessionRecord {
  readonly desired: BgpSession;
  /** As BIRD has it; absent when BIRD has no such protocol (a configuration that it does not have yet). */
  readonly bird?: BirdSession;
  readonly established: boolean;
  /** Monotonic clock: since when it is known to be established, or not. */
  readonly sinceMs: number;
  /** How long it has been established, by BIRD's clock. */
  readonly uptimeSeconds?: number;
  /** The last error; stays when the session has recovered. */
  readonly lastError?: SessionError;
  /** How often the session has been lost. */
  readonly flaps: number;
}

/** When BIRD was looked at. */
export interface LookTimes {
  readonly monotonicMs: number;
  /** Wall clock, milliseconds since the epoch. */
  readonly nowMs: number;
  /** What BIRD takes for the time: `2026-01-31 12:17:43.641`. */
  readonly serverTime: string;
}

/** `Established`; without BGP state what the protocol says of itself: `start`, `down`. */
export function sessionState({ bird }: SessionRecord): string {
  return bird?.bgpState ?? bird?.state ?? 'down';
}

/** What the session exchanges in this family, when it does. */
export function channelOf({ bird }: SessionRecord, family: Family): BirdChannel | undefined {
  return bird?.channels.find((channel) => channel.family === family);
}

/**
 * The records after another look at BIRD. Sessions that should not exist any more are gone.
 *
 * @param before the records of the last look, by name
 * @param protocols what BIRD has
 * @param times of this look
 */
export function nextRecords(
  before: ReadonlyMap<string, SessionRecord>,
  desired: readonly BgpSession[],
  protocols: readonly BirdSession[],
  times: LookTimes,
): ReadonlyMap<string, SessionRecord> {
  const byName = new Map(protocols.map((protocol) => [protocol.name, protocol]));
  return new Map(
    desired.map((session) => [
      session.name,
      nextRecord(before.get(session.name), session, byName.get(session.name), times),
    ]),
  );
}

function nextRecord(
  before: SessionRecord | undefined,
  desired: BgpSession,
  bird: BirdSession | undefined,
  times: LookTimes,
): SessionRecord {
  const established = bird?.bgpState === 'Established';
  const wasLost = before?.established === true && !established;
  // Down and up again between two looks shows only in the time that BIRD gives.
  const wasReplaced = before?.established === true && established && !isSameSince(before.bird?.since ?? '', bird.since);
  const same = before !== undefined && before.established === established && !wasReplaced;
  const sinceMs = same ? before.sinceMs : times.monotonicMs;
  const uptimeSeconds = established ? secondsSince(bird.since, times.serverTime) : undefined;
  const doubt = established ? undefined : silentPeer(desired, bird, times.monotonicMs - sinceMs);
  const lastError = nextError(before, bird?.lastError ?? doubt, times.nowMs);
  return {
    desired,
    ...(bird === undefined ? {} : { bird }),
    established,
    sinceMs,
    ...(uptimeSeconds === undefined ? {} : { uptimeSeconds }),
    ...(lastError === undefined ? {} : { lastError }),
    flaps: (before?.flaps ?? 0) + (wasLost || wasReplaced ? 1 : 0),
  };
}

function nextError(
  before: SessionRecord | undefined,
  text: string | undefined,
  nowMs: number,
): SessionError | undefined {
  if (text === undefined || text === before?.lastError?.text) return before?.lastError;
  return { text, at: nowMs };
}
