import type { Checkpoint, ConnectionTrace, TraceContext } from './connection.ts';
import { traceConnection } from './connection.ts';
import { firstPacket } from './first-packet.ts';
import { type Party, pairOf } from './party.ts';
import type { PortOfInterest } from './port-of-interest.ts';

/** A connection that a change of policy allows or denies. */
export interface ChangedConnection {
  readonly source: Party;
  readonly destination: Party;
  readonly port: PortOfInterest;
  readonly change: 'lost' | 'gained';
  /** What decides before and after, at the place where the two differ. */
  readonly before: Checkpoint | undefined;
  readonly after: Checkpoint | undefined;
}

/** What a change does. */
export interface PolicyPreview {
  readonly changed: readonly ChangedConnection[];
  /** How many pairs and ports were looked at. */
  readonly asked: number;
}

/** Asks for every pair of parties and every port what is allowed before and after, and keeps what differs. */
export function previewPolicy(
  before: TraceContext,
  after: TraceContext,
  parties: readonly Party[],
  ports: readonly PortOfInterest[],
): PolicyPreview {
  const changed: ChangedConnection[] = [];
  let asked = 0;
  for (const source of parties) {
    for (const destination of parties) {
      const pair = source === destination ? undefined : pairOf(source, destination);
      if (pair === undefined) continue;
      for (const port of ports) {
        asked++;
        const packet = firstPacket(...pair, port.protocol, port.port);
        const was = traceConnection(before, ...pair, packet);
        const is = traceConnection(after, ...pair, packet);
        if (was.allowed === is.allowed) continue;
        const [first, last] = deciders(was, is);
        changed.push({
          source,
          destination,
          port,
          change: was.allowed ? 'lost' : 'gained',
          before: first,
          after: last,
        });
      }
    }
  }
  return { changed, asked };
}

/** The first place where the packet is denied in one of the two, as both have it. */
function deciders(
  was: ConnectionTrace,
  is: ConnectionTrace,
): readonly [Checkpoint | undefined, Checkpoint | undefined] {
  const denied = (was.allowed ? is : was).checkpoints.find(({ verdict }) => !verdict.allowed);
  const same = ({ checkpoints }: ConnectionTrace) =>
    checkpoints.find(
      ({ endpoint, direction, phase }) =>
        endpoint.kind === denied?.endpoint.kind &&
        endpoint.name === denied.endpoint.name &&
        direction === denied.direction &&
        phase === denied.phase,
    );
  return was.allowed ? [same(was), denied] : [denied, same(is)];
}
