import { WeftError } from '../base/errors.ts';
import { systemClock } from '../datastore/system-clock.ts';
import { bgpSessions, type NodeBgpSession } from './bgp-sessions.ts';
import { type ExpectedSession, expectedSessions } from './expected-sessions.ts';
import type { LabState } from './lab-state.ts';

const limitMs = 30_000;
const pauseMs = 100;

/**
 * Waits until every session that the lab's topology asks for is established, as the BIRD of each node sees it.
 *
 * @throws WeftError LAB_BGP after 30 s, with the sessions that are down and what BIRD says about them
 */
export async function untilBgpEstablished(state: LabState, signal: AbortSignal): Promise<void> {
  const expected = expectedSessions(state.topology);
  const end = performance.now() + limitMs;
  for (;;) {
    const missing = missingSessions(expected, await bgpSessions(state));
    if (missing.length === 0) return;
    if (performance.now() > end) {
      throw new WeftError(
        'LAB_BGP',
        `Cannot bring the lab up: BGP sessions are not established after ${limitMs / 1000} s: ${missing.join('; ')}`,
      );
    }
    await systemClock.sleep(pauseMs, signal);
  }
}

/** The sessions that are not established, one sentence each: `node1 with tor (192.168.122.200): Active`. */
export function missingSessions(
  expected: readonly ExpectedSession[],
  found: readonly NodeBgpSession[],
): readonly string[] {
  return expected.flatMap(({ node, peer, peerName }) => {
    const suffix = `_${peer.replaceAll(/[.:]/g, '_')}`;
    const own = found.filter((one) => one.node === node);
    const session = own.find((one) => one.name.endsWith(suffix)) ?? own.find((one) => one.name === 'BIRD');
    if (session?.state.startsWith('Established') === true) return [];
    return [`${node} with ${peerName} (${peer}): ${session?.state ?? 'not configured'}`];
  });
}
