import { hasCode } from '../base/errors.ts';
import { changeFiles } from './change-resources.ts';
import { type CommandInput, flag } from './command.ts';
import { refuseOverlap } from './refuse-overlap.ts';

/** `weft create -f FILE` */
export function run(input: CommandInput): Promise<number> {
  const skip = flag(input.options, 'skip-exists');
  return changeFiles(input, {
    name: 'create',
    done: 'created',
    async change(cluster, { kind, object }) {
      await refuseOverlap(cluster, kind, object);
      try {
        await cluster.create(kind, object);
        return true;
      } catch (error) {
        if (skip && hasCode(error, 'API_ALREADY_EXISTS')) return false;
        throw error;
      }
    },
  });
}
