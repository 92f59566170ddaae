import { defaultObject } from '../api/defaults.ts';
import { hasCode, WeftError } from '../base/errors.ts';
import type { Change, ChangeContext, ResourceToChange } from './change.ts';
import { changeFiles } from './change-resources.ts';
import { type CommandInput, flag } from './command.ts';
import { refuseOverlap } from './refuse-overlap.ts';

/** `weft create -f FILE` */
export function run(input: CommandInput): Promise<number> {
  const skip = flag(input.options, 'skip-exists');
  return changeFiles(input, {
    name: 'create',
    done: 'created',
    change: async (context, resource) => {
      try {
        return await createResource(context, resource);
      } catch (error) {
        if (skip && hasCode(error, 'API_ALREADY_EXISTS')) return { done: false };
        throw error;
      }
    },
  });
}

/**
 * Creates a resource, or says what would be created.
 *
 * @throws WeftError API_ALREADY_EXISTS, ...
 */
export async function createResource(context: ChangeContext, { kind, object }: ResourceToChange): Promise<Change> {
  const { cluster, access, dryRun } = context;
  await refuseOverlap(cluster, kind, object);
  if (dryRun !== 'client') {
    return { done: true, after: await access.create(object, { dryRun: dryRun === 'server' }) };
  }
  const { name, namespace } = object.metadata;
  if ((await access.get(name, namespace)) !== undefined) {
    throw new WeftError('API_ALREADY_EXISTS', `${kind.plural} "${name}" already exists`);
  }
  return { done: true, after: defaultObject(kind, object) };
}
