import { WeftError } from '../base/errors.ts';
import { changeFiles, changeResources, type ResourceToChange, type Verb } from './change-resources.ts';
import { type CommandInput, flag } from './command.ts';
import { findKind } from './find-kind.ts';
import { usageError } from './usage-error.ts';

/** `weft delete KIND NAME...` and `weft delete -f FILE`. */
export async function run(input: CommandInput): Promise<number> {
  const skip = flag(input.options, 'skip-not-exists') || flag(input.options, 'ignore-not-found');
  const verb: Verb = {
    name: 'delete',
    done: 'deleted',
    async change(cluster, { kind, object }) {
      const { name, namespace } = object.metadata;
      const gone = await cluster.delete(kind, name, namespace, { propagation: 'Background' });
      if (gone !== undefined || skip) return gone !== undefined;
      throw new WeftError('API_NOT_FOUND', `${kind.plural} "${name}" not found`);
    },
  };
  return input.options.filename === undefined
    ? changeResources(input, verb, await namedResources(input))
    : changeFiles(input, verb);
}

async function namedResources({ args, connect }: CommandInput): Promise<readonly ResourceToChange[]> {
  const [word, ...names] = args.flatMap((argument) => argument.split('/'));
  if (word === undefined) throw usageError('Nothing to delete given; usage: weft delete KIND NAME... | -f FILE');
  if (names.length === 0) throw usageError(`No name given; usage: weft delete ${word} NAME...`);
  const kind = await findKind(word, connect);
  const namespace = kind.namespaced ? { namespace: (await connect()).namespace } : {};
  return names.map((name) => ({ kind, object: { metadata: { name, ...namespace } } }));
}
