import type { IPPool } from '../api/calico.ts';
import { ipPools } from '../api/kinds.ts';
import type { Change, ChangeContext, ResourceToChange, Verb } from './change.ts';
import { changeFiles, changeResources } from './change-resources.ts';
import { type CommandInput, flag } from './command.ts';
import { namedResource } from './named-resource.ts';
import { notFound } from './resource-error.ts';
import { usageError } from './usage-error.ts';

/** `weft delete KIND NAME...` and `weft delete -f FILE`. */
export async function run(input: CommandInput): Promise<number> {
  const skip = flag(input.options, 'skip-not-exists');
  const verb: Verb = {
    name: 'delete',
    done: 'deleted',
    change: async (context, resource) => {
      const change = await deleteResource(context, resource, input);
      if (change.done || skip) return change;
      const { kind, object } = resource;
      throw notFound(kind, object.metadata.name);
    },
  };
  return input.options.filename === undefined
    ? changeResources(input, verb, await namedResources(input))
    : changeFiles(input, verb);
}

async function deleteResource(
  { cluster, access, dryRun }: ChangeContext,
  { kind, object }: ResourceToChange,
  { io }: CommandInput,
): Promise<Change> {
  const { name, namespace } = object.metadata;
  if (dryRun !== 'none' || kind === ipPools) {
    const before = await access.get(name, namespace);
    if (before === undefined) return { done: false };
    if (dryRun === 'server') await access.remove(object.metadata, { dryRun: true });
    if (dryRun !== 'none') return { done: true, before };
    const { emptyPool } = await import('./empty-pool.ts');
    await emptyPool(cluster, before as IPPool, io);
  }
  return { done: (await access.remove(object.metadata)) !== undefined };
}

async function namedResources(input: CommandInput): Promise<readonly ResourceToChange[]> {
  const { args, io } = input;
  const program = io.program ?? 'weft';
  const [word, ...names] = args;
  if (word === undefined) throw usageError(`Nothing to delete given; usage: ${program} delete KIND NAME... | -f FILE`);
  const references = word.includes('/') ? args.map((text) => text.split('/')) : names.map((name) => [word, name]);
  if (references.length === 0) throw usageError(`No name given; usage: ${program} delete ${word} NAME...`);
  const resources: ResourceToChange[] = [];
  for (const [kind = '', name = ''] of references) resources.push(await namedResource(input, kind, name));
  return resources;
}
