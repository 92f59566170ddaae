import { type ConnectionTrace, type TraceContext, traceConnection } from './connection.ts';
import { firstPacket } from './first-packet.ts';
import { type Party, pairOf } from './party.ts';
import type { PortOfInterest } from './port-of-interest.ts';

/** Where a connection is stopped. */
export type Obstacle = 'egress' | 'ingress' | 'both';

/** What is true of one pair, port by port: `undefined` for what is allowed. */
export type MatrixCell = readonly (Obstacle | undefined)[];

/** Parties that are alike: of one owner, reached by the same ones and reaching the same ones. */
export interface MatrixGroup {
  readonly name: string;
  /** Names of the parties. */
  readonly members: readonly string[];
}

/** Who may talk to whom. */
export interface PolicyMatrix {
  readonly ports: readonly PortOfInterest[];
  readonly groups: readonly MatrixGroup[];
  /** By source, then destination; `undefined` where there is nothing to ask: a single pod and itself, no IP version in common. */
  readonly cells: readonly (readonly (MatrixCell | undefined)[])[];
}

/** Works out the table for all pairs of parties, and puts together what is alike. */
export function policyMatrix(
  context: TraceContext,
  parties: readonly Party[],
  ports: readonly PortOfInterest[],
): PolicyMatrix {
  const cells = parties.map((source) => parties.map((destination) => cellOf(context, source, destination, ports)));
  const groups = alike(parties, cells);
  return {
    ports,
    groups: groups.map((indexes) => ({
      name: nameOf(parties, indexes),
      members: indexes.map((i) => parties[i]?.name ?? ''),
    })),
    cells: groups.map(([from = 0]) =>
      groups.map(([to = 0, second]) => cells[from]?.[from === to ? (second ?? to) : to]),
    ),
  };
}

function cellOf(
  context: TraceContext,
  source: Party,
  destination: Party,
  ports: readonly PortOfInterest[],
): MatrixCell | undefined {
  if (source === destination) return undefined;
  const pair = pairOf(source, destination);
  if (pair === undefined) return undefined;
  return ports.map(({ protocol, port }) =>
    obstacleOf(traceConnection(context, ...pair, firstPacket(...pair, protocol, port))),
  );
}

/** What stops a connection; `undefined` when nothing does. */
export function obstacleOf({ allowed, checkpoints }: ConnectionTrace): Obstacle | undefined {
  if (allowed) return undefined;
  const directions = checkpoints.filter(({ verdict }) => !verdict.allowed).map(({ direction }) => direction);
  if (directions.includes('egress') && directions.includes('ingress')) return 'both';
  return directions[0] ?? 'egress';
}

type Cells = readonly (readonly (MatrixCell | undefined)[])[];

/** Indexes of parties of one group whose rows and columns are the same but for themselves. */
function alike(parties: readonly Party[], cells: Cells): readonly (readonly number[])[] {
  const groups: number[][] = [];
  const texts = cells.map((row) => row.map((cell) => (cell === undefined ? '' : cell.map((one) => one ?? '.').join())));
  const isAlike = (a: number, b: number): boolean =>
    texts[a]?.[b] === texts[b]?.[a] &&
    parties.every((_, c) => c === a || c === b || (texts[a]?.[c] === texts[b]?.[c] && texts[c]?.[a] === texts[c]?.[b]));
  for (const [index, { group }] of parties.entries()) {
    const found = groups.find(([first = -1]) => parties[first]?.group === group && isAlike(first, index));
    if (found === undefined) groups.push([index]);
    else found.push(index);
  }
  return groups;
}

function nameOf(parties: readonly Party[], [first = 0, ...others]: readonly number[]): string {
  const party = parties[first];
  return others.length === 0 ? (party?.name ?? '') : `${party?.group} (${others.length + 1} pods)`;
}
