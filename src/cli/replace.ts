import { replaceResource } from './apply.ts';
import { changeFiles } from './change-resources.ts';
import type { CommandInput } from './command.ts';

/** `weft replace -f FILE`: only what exists. */
export function run(input: CommandInput): Promise<number> {
  return changeFiles(input, {
    name: 'replace',
    done: 'replaced',
    async change(cluster, { kind, object }) {
      await replaceResource(cluster, kind, object);
      return true;
    },
  });
}
