import { namespaces, nodes } from '../../api/kinds.ts';
import type { HttpCluster } from '../../datastore/http-cluster.ts';
import type { Command, CommandInput } from '../command.ts';
import { findKind, knownKinds } from '../find-kind.ts';
import { optionsOf, parseOptions, splitLeadingOptions } from '../parse-options.ts';
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

function lookupWith(io: CommandInput['io'], commands: readonly Command[]): Lookup {
  return async (wanted, before) => {
    if (wanted === 'kind') return knownKinds(io.program).map(({ singular }) => singular);
    const { positionals, values } = readSoFar(before, commands);
    const { connectWith } = await import('../connect.ts');
    if (wanted === 'context') {
      const { contextNames } = await import('../../datastore/context-names.ts');
      return contextNames(values.kubeconfig, io.env);
    }
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
  io: CommandInput['io'],
): Promise<readonly string[]> {
  if (wanted === 'namespace') return namesOf(cluster, namespaces);
  if (wanted === 'node') return namesOf(cluster, nodes);
  const [command = '', word] = positionals;
  // Commands that take a name without a kind.
  const implied: Readonly<Record<string, string>> = { exec: 'pod', logs: 'pod', migrate: 'ippool' };
  const kind = implied[command] ?? word;
  if (kind === undefined) return [];
  return namesOf(cluster, await findKind(kind, { connect: () => Promise.resolve(cluster), io }));
}

async function namesOf(cluster: HttpCluster, kind: Parameters<HttpCluster['list']>[0]): Promise<readonly string[]> {
  const { items } = await cluster.list(kind, kind.namespaced ? { namespace: cluster.namespace } : {});
  return items.map(({ metadata }) => metadata.name);
}

/** The options and words that are complete, however little that is; the last sub-command counts as the command. */
function readSoFar(before: readonly string[], commands: readonly Command[]) {
  const { leading, rest } = splitLeadingOptions(before);
  const [name = '', ...behind] = rest;
  const top = commands.find((one) => one.name === name);
  const sub = top?.commands?.find((one) => one.name === behind[0]);
  const command = sub ?? top;
  if (command === undefined) return { positionals: [], values: {} as Record<string, never> };
  const words = sub === undefined ? behind : behind.slice(1);
  const known = optionsOf(command);
  const last = words.at(-1)?.replace(/^--?/, '') ?? '';
  const option = Object.entries(known).find(
    ([long, { short }]) => words.at(-1)?.startsWith('-') && (long === last || short === last),
  );
  // `-n <TAB>`: an option still without its value would be refused.
  const whole = option?.[1].value === undefined ? words : words.slice(0, -1);
  const { positionals, values } = parseOptions(command, command.local === true ? whole : [...leading, ...whole]);
  return { positionals: [command.name, ...positionals], values };
}
