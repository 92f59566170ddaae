import { peerTypeOf } from '../../api/peer-type.ts';
import type { BirdSession } from '../../bird/bird-session.ts';
import { ipFamily } from '../../net/ip.ts';
import type { ReportedSession } from './node-report.ts';

/** A BGP session as BIRD itself tells it; `undefined` for what is none, or is not of this project. */
export function reportedSession(session: BirdSession): ReportedSession | undefined {
  const { name, proto, since, info, bgpState, lastError, neighbor, neighborAs, channels } = session;
  const type = peerTypeOf(name);
  if (proto !== 'BGP' || type === undefined || neighbor === undefined) return undefined;
  const family = ipFamily(neighbor);
  const channel = channels.find((one) => one.family === family);
  return {
    family,
    peerIP: neighbor,
    type,
    ...(bgpState === undefined ? {} : { state: bgpState }),
    since,
    name,
    info,
    ...(lastError === undefined ? {} : { lastError }),
    ...(neighborAs === undefined ? {} : { asNumber: neighborAs }),
    ...(channel === undefined || bgpState !== 'Established'
      ? {}
      : {
          prefixesReceived: channel.imported,
          prefixesAdvertised: channel.exported,
          prefixesRefused: channel.filtered,
        }),
  };
}
