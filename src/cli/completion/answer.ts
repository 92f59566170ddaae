import { namespaces, nodes, pods, services } from '../../api/kinds.ts';
import type { HttpCluster } from '../../datastore/http-cluster.ts';
import { type Command, type CommandInput, type CommandIo, textOption } from '../command.ts';
import { findCommand } from '../find-command.ts';
import { findKind, knownKinds } from '../find-kind.ts';
import { type ParsedOptions, parseOptions, splitLeadingOptions } from '../parse-options.ts';
import { complete, type Lookup } from './complete.ts';

/** A shell waits for the answer: a cluster that does not answer by then has nothing to offer. */
const patienceMs = 1500;

/**
 * `weft __complete -- WORDS...`: what the completion scripts ask. One candidate per line, with its meaning behind a tab;
 * `:files` alone asks the shell for names of files. Never fails and never says anything else.
 */
export async function run({ args, io, commands }: CommandInput): Promise<number> {
  try {
    const found = await complete(args, commands, lookupWith(io, commands));
    if (found === 'files') io.out(':files\n');
    else io.out(found.map(({ value, meaning }) => `${value}${meaning === undefined ? '' : `\t${meaning}`}\n`).join(''));
  } catch {
    // The cursor stands in something half typed: there is nothing to offer.
  }
  return 0;
}

function lookupWith(io: CommandIo, commands: readonly Command[]): Lookup {
  return async (wanted, words) => {
    if (wanted === 'kind') return knownKinds(io.program).map(({ singular }) => singular);
    const { positionals, values } = readSoFar(words, commands);
    if (wanted === 'context') {
      const { contextNames } = await import('../../datastore/context-names.ts');
      return contextNames(textOption(values, 'kubeconfig'), io.env);
    }
    const { connectWith } = await import('../connect.ts');
    const cluster = await connectWith(
      values,
      { ...io, err: () => {} },
      { connectMs: patienceMs, answerMs: patienceMs },
    );
    try {
      return await namesAtServer(wanted, cluster, positionals, io);
    } finally {
      cluster.close();
    }
  };
}

async function namesAtServer(
  wanted: 'namespace' | 'node' | 'resource',
  cluster: HttpCluster,
  positionals: readonly string[],
  io: CommandIo,
): Promise<readonly string[]> {
  if (wanted === 'namespace') return namesOf(cluster, namespaces);
  if (wanted === 'node') return namesOf(cluster, nodes);
  const [command = '', word] = positionals;
  // Commands that take a name without a kind.
  const implied: Readonly<Record<string, string>> = {
    chains: 'pod',
    exec: 'pod',
    logs: 'pod',
    migrate: 'ippool',
    split: 'ippool',
  };
  if (command === 'why') return endsOfConnections(cluster);
  const kind = implied[command] ?? word;
  if (kind === undefined) return [];
  return namesOf(cluster, await findKind(kind, { connect: () => Promise.resolve(cluster), io }));
}

/** What `why` takes for an end, as far as it has a name. */
async function endsOfConnections(cluster: HttpCluster): Promise<readonly string[]> {
  const [podNames, serviceNames, nodeNames] = await Promise.all([
    namesOf(cluster, pods),
    namesOf(cluster, services),
    namesOf(cluster, nodes),
  ]);
  return [
    ...podNames,
    ...serviceNames.map((name) => `svc/${name}`),
    ...nodeNames.map((name) => `node/${name}`),
    'external',
  ];
}

async function namesOf(cluster: HttpCluster, kind: Parameters<HttpCluster['list']>[0]): Promise<readonly string[]> {
  const { items } = await cluster.list(kind, kind.namespaced ? { namespace: cluster.namespace } : {});
  return items.map(({ metadata }) => metadata.name);
}

/** The words and options of what is typed so far; the last sub-command counts as the first word. */
function readSoFar(words: readonly string[], commands: readonly Command[]): ParsedOptions {
  const { leading, rest } = splitLeadingOptions(words);
  if (rest.length === 0) return parseOptions(anyCommand, leading);
  const { command, rest: behind } = findCommand(rest, commands);
  const { positionals, values } = parseOptions(command, command.local === true ? behind : [...leading, ...behind]);
  return { positionals: [command.name, ...positionals], values };
}

/** Stands for the command while there are only options before it. */
const anyCommand: Command = { name: '', usage: '', summary: '' };
