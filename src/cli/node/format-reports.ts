import type { PeerStatus } from '../../api/calico-config.ts';
import { peerTypeWords } from '../../api/peer-type.ts';
import { formatTable } from '../table.ts';
import type { NodeReport } from './node-report.ts';
import { wholeSeconds } from './whole-seconds.ts';

const headers = [
  'NODE',
  'PEER ADDRESS',
  'PEER TYPE',
  'STATE',
  'SINCE',
  'INFO',
  'RECEIVED',
  'ADVERTISED',
  'LAST ERROR',
] as const;

/** What nodes say of their sessions as one table, with warnings and refused routes below it. */
export function formatReports(reports: readonly NodeReport[]): string {
  const rows = reports.filter(({ problem }) => problem === undefined).flatMap(rowsOf);
  const warnings = reports.flatMap(({ node, warnings, configurationProblem }) => [
    ...(configurationProblem === undefined
      ? []
      : [`${node}: BIRD goes on with its old configuration: ${configurationProblem}`]),
    ...warnings.map((warning) => `${node}: ${warning}`),
  ]);
  const refused = reports.flatMap(({ node, refusedRoutes }) =>
    refusedRoutes.map(({ destination, peerIP = '-', reason }) => [node, destination, peerIP, reason]),
  );
  return [
    rows.length === 0 ? '' : formatTable([headers, ...rows], 'kubectl'),
    warnings.length === 0 ? '' : `Warnings\n${warnings.map((line) => `  ${line}\n`).join('')}`,
    refused.length === 0
      ? ''
      : `Refused routes\n${formatTable([['NODE', 'DESTINATION', 'PEER ADDRESS', 'REASON'], ...refused], 'kubectl')}`,
  ]
    .filter((part) => part !== '')
    .join('\n');
}

function rowsOf({ node, bird, sessions }: NodeReport): readonly (readonly string[])[] {
  if (sessions.length === 0) {
    return [[node, '-', '-', '-', '-', bird.running ? 'No peers' : 'No BGP, BIRD is not running', '-', '-', '-']];
  }
  return sessions.map((session) => [
    node,
    session.peerIP ?? '-',
    session.type === undefined ? '-' : peerTypeWords[session.type],
    protocolState(session),
    wholeSeconds(session.since ?? '-'),
    session.info ?? session.state ?? '-',
    countText(session.prefixesReceived),
    countText(session.prefixesAdvertised),
    session.lastError ?? '-',
  ]);
}

/** The words of `node status` on a node: BIRD calls a BGP protocol up when its session is established. */
function protocolState({ state }: PeerStatus): string {
  if (state === undefined) return '-';
  return state === 'Established' ? 'up' : state === 'Close' ? 'stop' : 'start';
}

function countText(count: number | undefined): string {
  return count === undefined ? '-' : `${count}`;
}
