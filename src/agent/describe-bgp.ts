import { bgpAnswer } from './bgp-answer.ts';
import { channelOf, sessionState } from './bgp-sessions.ts';
import type { BgpStatus } from './bgp-status.ts';

/** For people who look at the agent: no passwords, no more than is of use. */
export function describeBgp(status: BgpStatus): unknown {
  const { daemon, silence, sessions } = status;
  const { configurationProblem, refusedRoutes } = bgpAnswer(status, []);
  return {
    bird: daemon ?? silence?.reason,
    configurationProblem,
    sessions: sessions.map((record) => ({
      name: record.desired.name,
      type: record.desired.type,
      origin: record.desired.origin,
      peer: record.desired.peer,
      asNumber: record.desired.peerAs,
      state: sessionState(record),
      since: record.bird?.since,
      lastError: record.lastError?.text,
      flaps: record.flaps,
      prefixes: channelOf(record, record.desired.family),
    })),
    refusedRoutes,
  };
}
