import { deciderText } from '../../trace/decider-text.ts';
import { protocolText } from '../../trace/packet-text.ts';
import type { Party } from '../../trace/party.ts';
import type { ChangedConnection, PolicyPreview } from '../../trace/policy-preview.ts';
import type { PortOfInterest } from '../../trace/port-of-interest.ts';
import { portWord, portWords } from './port-words.ts';

/** More than this nobody reads. */
const shownGroups = 100;
/** More names than this in a line are counted. */
const shownNames = 5;

/** Changed connections that are alike. */
interface ChangedGroup {
  readonly connection: ChangedConnection;
  readonly sources: readonly Party[];
  readonly destinations: readonly Party[];
  readonly ports: readonly PortOfInterest[];
}

/** A preview as people read it: losses first. */
export function previewText({ changed, asked }: PolicyPreview): string {
  const count = (wanted: ChangedConnection['change']) => changed.filter(({ change }) => change === wanted).length;
  const groups = [...groupsOf(changed)].sort((a, b) => rank(a) - rank(b));
  const lines = groups
    .slice(0, shownGroups)
    .flatMap(({ connection, sources, destinations, ports }) => [
      `${connection.change.toUpperCase()}  ${partiesText(sources)} to ${partiesText(destinations)}: ${portWords(ports)}`,
      `  before: ${answer(connection.before)}`,
      `  after:  ${answer(connection.after)}`,
    ]);
  if (groups.length > shownGroups)
    lines.push(`and ${groups.length - shownGroups} more such lines; -o json has them all`);
  const other = changed.some(({ port }) => port.unnamed === true) ? ' ("other": any port that nothing names)' : '';
  const summary = `${count('lost')} lost, ${count('gained')} gained, of ${asked} connections looked at${other}`;
  return `${[...lines, ...(lines.length > 0 ? [''] : []), summary].join('\n')}\n`;
}

/** A preview as programs read it; the keys are stable. */
export function previewObject({ changed, asked }: PolicyPreview): object {
  return {
    lost: changed.filter(({ change }) => change === 'lost').length,
    gained: changed.filter(({ change }) => change === 'gained').length,
    asked,
    connections: changed.map(({ change, source, destination, port, before, after }) => ({
      change,
      from: source.name,
      to: destination.name,
      protocol: protocolText(port.protocol),
      ...(port.port === undefined ? {} : { port: port.port }),
      ...(port.unnamed === true ? { unnamed: true } : {}),
      before: answer(before),
      after: answer(after),
    })),
  };
}

function rank({ connection }: ChangedGroup): number {
  return connection.change === 'lost' ? 0 : 1;
}

function answer(checkpoint: ChangedConnection['before']): string {
  if (checkpoint === undefined) return 'allowed, nothing is asked there';
  return `${checkpoint.verdict.allowed ? 'allowed' : 'denied'} by ${deciderText(checkpoint.verdict)}`;
}

/** Pairs with the same ports and reasons: first all destinations of a source, then all sources of those. */
function groupsOf(changed: readonly ChangedConnection[]): readonly ChangedGroup[] {
  const pairs = merge(changed.map(single), ({ connection, sources, destinations }) =>
    [reasons(connection), names(sources), names(destinations)].join('\n'),
  );
  const rows = merge(pairs, ({ connection, sources, ports }) =>
    [reasons(connection), names(sources), portWords(ports)].join('\n'),
  );
  return merge(rows, ({ connection, destinations, ports }) =>
    [reasons(connection), names(destinations), portWords(ports)].join('\n'),
  );
}

function single(connection: ChangedConnection): ChangedGroup {
  const { source, destination, port } = connection;
  return { connection, sources: [source], destinations: [destination], ports: [port] };
}

function merge(groups: readonly ChangedGroup[], keyOf: (group: ChangedGroup) => string): readonly ChangedGroup[] {
  return [...Map.groupBy(groups, keyOf).values()].flatMap((alike) => {
    const [first] = alike;
    if (first === undefined) return [];
    return [
      {
        connection: first.connection,
        sources: [...new Set(alike.flatMap(({ sources }) => sources))],
        destinations: [...new Set(alike.flatMap(({ destinations }) => destinations))],
        ports: [...new Map(alike.flatMap(({ ports }) => ports).map((port) => [portWord(port), port])).values()],
      },
    ];
  });
}

function reasons({ change, before, after }: ChangedConnection): string {
  return [change, answer(before), answer(after)].join('\n');
}

function names(parties: readonly Party[]): string {
  return parties.map(({ name }) => name).join();
}

/** Pods of one owner together: `shop/web (3 pods), data/db`. */
function partiesText(parties: readonly Party[]): string {
  const groups = [...Map.groupBy(parties, ({ group }) => group)].map(([group, members]) =>
    members.length === 1 ? (members[0]?.name ?? '') : `${group} (${members.length} pods)`,
  );
  const more = groups.length - shownNames;
  return more <= 1 ? groups.join(', ') : `${groups.slice(0, shownNames).join(', ')} and ${more} more`;
}
