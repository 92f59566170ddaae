import type { BirdSession } from '../bird/bird-session.ts';
import type { BgpSession } from '../desired/node-state.ts';

/** The first attempts may meet a peer that is just starting. */
const patienceMs = 5000;

/**
 * What may be the matter when BIRD itself names no error: somebody told it to leave the session, or TCP segments that nobody answers. A kernel drops those of another
 * password without a word (RFC 2385), so this is all that a wrong one shows.
 *
 * @param waitedMs how long the session has not been established
 */
export function silentPeer(session: BgpSession, bird: BirdSession | undefined, waitedMs: number): string | undefined {
  // No protocol of ours is down of itself.
  if (bird?.state === 'down') return `disabled by hand: birdc enable ${session.name}`;
  const isWaiting = bird?.bgpState === 'Connect' || bird?.bgpState === 'Active' || bird?.bgpState === 'Passive';
  if (!isWaiting || waitedMs < patienceMs) return undefined;
  const [secret = '', key = ''] = session.password?.key.split('/') ?? [];
  const password =
    session.password === undefined
      ? 'wants a password'
      : `has another password than Secret "${secret}" with key "${key}"`;
  return session.passive
    ? `the peer does not connect: it is away, filtered, or ${password}`
    : `TCP connections are not answered: the peer is away, filtered, or ${password}`;
}
