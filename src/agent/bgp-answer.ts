import type { CalicoNodeStatus, PeerStatus } from '../api/calico-config.ts';
import { type Family, ipFamily } from '../net/ip.ts';
import { channelOf, type SessionRecord, sessionState } from './bgp-sessions.ts';
import type { BgpStatus } from './bgp-status.ts';

type Status = NonNullable<CalicoNodeStatus['status']>;

const types = { mesh: 'NodeMesh', node: 'NodePeer', global: 'GlobalPeer', 'local workload': 'LocalWorkload' } as const;
/** So many refused routes fit into an object without making it a burden. */
const maxRefused = 100;

/** Class `Agent` of a CalicoNodeStatus: BIRD, the same for both families. Without BGP it is `NotReady`. */
export function agentAnswer(status: BgpStatus | undefined): NonNullable<Status['agent']> {
  const daemon = status?.daemon;
  const bird =
    daemon === undefined
      ? ({ state: 'NotReady' } as const)
      : {
          state: daemon.gracefulRestart === undefined ? ('Ready' as const) : ('NotReady' as const),
          version: daemon.version,
          routerID: daemon.routerId,
          lastBootTime: daemon.bootTime,
          lastReconfigurationTime: daemon.reconfigurationTime,
        };
  return { birdV4: bird, birdV6: bird };
}

/** Class `BGP` of a CalicoNodeStatus: sessions by the family of the peer's address, and what is wrong. */
export function bgpAnswer(status: BgpStatus | undefined, warnings: readonly string[]): NonNullable<Status['bgp']> {
  const sessions = status?.sessions ?? [];
  const ofFamily = (family: Family): readonly SessionRecord[] =>
    sessions.filter(({ desired }) => ipFamily(desired.peer) === family);
  const established = (family: Family): number => ofFamily(family).filter((record) => record.established).length;
  const peers = (family: Family): readonly PeerStatus[] => ofFamily(family).map(peerAnswer);
  const refusedRoutes = refusedAnswer(status);
  const problem = configurationProblem(status);
  return {
    numberEstablishedV4: established(4),
    numberEstablishedV6: established(6),
    numberNotEstablishedV4: ofFamily(4).length - established(4),
    numberNotEstablishedV6: ofFamily(6).length - established(6),
    peersV4: peers(4),
    peersV6: peers(6),
    ...(warnings.length === 0 ? {} : { warnings }),
    ...(refusedRoutes.length === 0 ? {} : { refusedRoutes }),
    ...(problem === undefined ? {} : { configurationProblem: problem }),
  };
}

function peerAnswer(record: SessionRecord): PeerStatus {
  const { desired, bird, lastError, uptimeSeconds, flaps } = record;
  const channel = channelOf(record, desired.family);
  return {
    peerIP: desired.peer,
    type: types[desired.type],
    state: sessionState(record),
    ...(bird === undefined ? {} : { since: bird.since, info: bird.info }),
    name: desired.name,
    ...(lastError === undefined ? {} : { lastError: lastError.text }),
    asNumber: desired.peerAs,
    ...(channel === undefined
      ? {}
      : {
          prefixesReceived: channel.imported,
          prefixesAdvertised: channel.exported,
          prefixesRefused: channel.filtered,
        }),
    ...(uptimeSeconds === undefined ? {} : { uptimeSeconds }),
    flaps,
  };
}

function refusedAnswer(status: BgpStatus | undefined): NonNullable<NonNullable<Status['bgp']>['refusedRoutes']> {
  const peerOf = new Map(status?.sessions.map(({ desired }) => [desired.name, desired.peer]));
  const all = (status?.refused ?? []).flatMap(({ session, routes }) =>
    routes.map(({ destination, reason }) => {
      const peerIP = peerOf.get(session);
      return { destination, ...(peerIP === undefined ? {} : { peerIP }), reason };
    }),
  );
  return all.slice(0, maxRefused);
}

function configurationProblem(status: BgpStatus | undefined): string | undefined {
  const { refusal, failure } = status ?? {};
  if (refusal === undefined) return failure;
  return refusal.origin === undefined ? refusal.reason : `${refusal.origin}: ${refusal.reason}`;
}
