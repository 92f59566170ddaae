import type { BgpOrigin } from '../desired/node-state.ts';
import type { SessionRecord } from './bgp-sessions.ts';
import type { BgpStatus } from './bgp-status.ts';

/** Something of BGP that happened to an object of the cluster, for people. */
export interface BgpNote {
  /** What it is about: the first of these that exists. */
  readonly origins: readonly BgpOrigin[];
  readonly type: 'Normal' | 'Warning';
  /** One word: `BGPSessionLost`. */
  readonly reason: string;
  readonly message: string;
}

/** A session may take this long before it is worth a word. */
const patienceMs = 30_000;
/** So many of a list are named. */
const named = 5;

/** What is told of already. */
export interface Told {
  readonly established: ReadonlyMap<string, boolean>;
  /** Sessions that take too long. */
  readonly late: ReadonlySet<string>;
  readonly refusal: string;
  /** By session: the first refused routes, as told. */
  readonly refused: ReadonlyMap<string, string>;
  readonly warnings: ReadonlySet<string>;
}

/** Nothing yet. Sessions that are found established at the start are no news. */
export const nothingTold: Told = {
  established: new Map(),
  late: new Set(),
  refusal: '',
  refused: new Map(),
  warnings: new Set(),
};

/**
 * What there is to say after a look at BIRD. Sessions of one object that share a fate share a note. Those of the mesh are
 * this node's: when it loses its network, that is one note and not one per neighbour.
 *
 * @param node name of this node
 * @param warnings about BGP's resources, of the desired state
 * @param nowMs monotonic clock
 */
export function bgpNotes(
  node: string,
  status: BgpStatus,
  warnings: readonly string[],
  told: Told,
  nowMs: number,
): { readonly notes: readonly BgpNote[]; readonly told: Told } {
  const { sessions, refusal } = status;
  const lost = sessions.filter(({ established, desired }) => !established && told.established.get(desired.name));
  const won = sessions.filter(
    ({ established, desired }) => established && told.established.get(desired.name) === false,
  );
  const late = sessions.filter(({ established, sinceMs }) => !established && nowMs - sinceMs >= patienceMs);
  const refusalText = refusal === undefined ? '' : JSON.stringify(refusal);
  const refused = new Map(
    status.refused.map(({ session, count, routes }) => [session, JSON.stringify([count, routes])]),
  );
  const sessionNotes = (...args: readonly [readonly SessionRecord[], BgpNote['type'], string, string]) =>
    notesOfSessions(node, ...args);
  const notes = [
    ...sessionNotes(lost, 'Warning', 'BGPSessionLost', 'lost'),
    ...sessionNotes(won, 'Normal', 'BGPSessionEstablished', 'established'),
    ...sessionNotes(
      late.filter(({ desired }) => !told.late.has(desired.name)),
      'Warning',
      'BGPSessionNotEstablished',
      `not established within ${patienceMs / 1000} s`,
    ),
    ...(refusalText === told.refusal ? [] : refusalNotes(status)),
    ...refusedRouteNotes(status, (session) => refused.get(session) !== told.refused.get(session)),
    ...warningNotes(warnings.filter((warning) => !told.warnings.has(warning))),
  ];
  return {
    notes,
    told: {
      established: new Map(sessions.map(({ desired, established }) => [desired.name, established])),
      late: new Set(late.map(({ desired }) => desired.name)),
      refusal: refusalText,
      refused,
      warnings: new Set(warnings),
    },
  };
}

function notesOfSessions(
  node: string,
  records: readonly SessionRecord[],
  type: BgpNote['type'],
  reason: string,
  verb: string,
): readonly BgpNote[] {
  const subject = ({ desired }: SessionRecord): BgpOrigin =>
    desired.type === 'mesh' ? { kind: 'Node', name: node } : desired.origin;
  const byOrigin = Map.groupBy(records, (record) => JSON.stringify(subject(record)));
  return [...byOrigin.values()].flatMap((group) => {
    const origins = group.slice(0, 1).map(subject);
    const peers = group.slice(0, named).map((record) => {
      const { peer, peerAs } = record.desired;
      const error = type === 'Warning' ? record.lastError?.text : undefined;
      return `${peer} (AS ${peerAs})${error === undefined ? '' : `: ${error}`}`;
    });
    const more = group.length - peers.length;
    const message = `BGP ${verb} with ${peers.join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
    return [{ origins, type, reason, message }];
  });
}

function refusalNotes({ refusal }: BgpStatus): readonly BgpNote[] {
  const origins = namedObjects(refusal?.origin ?? '');
  if (refusal === undefined || origins.length === 0) return [];
  const message = `BIRD refuses the configuration that follows from it, the one before stays in force: ${refusal.reason}`;
  return [{ origins, type: 'Warning', reason: 'BGPConfigurationRefused', message }];
}

function refusedRouteNotes({ refused, sessions }: BgpStatus, isNew: (session: string) => boolean): readonly BgpNote[] {
  return refused.flatMap(({ session, count, routes }): BgpNote[] => {
    const desired = sessions.find((record) => record.desired.name === session)?.desired;
    if (desired === undefined || !isNew(session)) return [];
    const some = routes.slice(0, named).map(({ destination, reason }) => `${destination} (${reason})`);
    const more = count - some.length;
    const message = `${count} ${count === 1 ? 'route' : 'routes'} of ${desired.peer} refused: ${some.join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
    return [{ origins: [desired.origin], type: 'Warning', reason: 'BGPRoutesRefused', message }];
  });
}

function warningNotes(warnings: readonly string[]): readonly BgpNote[] {
  return warnings.flatMap((message) => {
    const origins = namedObjects(message).filter(({ kind }) => kind.startsWith('BGP'));
    return origins.length === 0 ? [] : [{ origins, type: 'Warning', reason: 'BGPFault', message } as const];
  });
}

const kinds = ['BGPConfiguration', 'BGPPeer', 'BGPFilter', 'IPPool', 'Node', 'Service', 'IPAMBlock'] as const;
const naming = new RegExp(`\\b(${kinds.join('|')})(?: "([^"]+)"|:)`, 'g');

/** The objects that a text names: `BGPPeer "rack1"`; a kind alone stands for the one that counts for all. */
function namedObjects(text: string): readonly BgpOrigin[] {
  return [...text.matchAll(naming)].flatMap(([, kind, name = 'default']) => {
    const known = kinds.find((one) => one === kind);
    return known === undefined ? [] : [{ kind: known, name }];
  });
}
