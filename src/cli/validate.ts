import { WeftError } from '../base/errors.ts';
import { failure, kindWord } from './change-resources.ts';
import type { CommandInput } from './command.ts';
import { readResources } from './read-resources.ts';

/** `weft validate -f FILE`: checks without a cluster. */
export async function run(input: CommandInput): Promise<number> {
  const alone = { ...input, connect: () => Promise.reject(noCluster()) };
  const resources = await readResources(alone, { check: true, offline: true });
  const problems = resources.flatMap(({ problem }) => problem ?? []);
  if (problems.length > 0) throw failure('validate', resources, problems.join('\n'));
  if (resources.length === 0) input.io.out('No resources specified\n');
  else input.io.out(`Successfully validated ${resources.length} ${kindWord(resources)}resource(s)\n`);
  return 0;
}

function noCluster(): WeftError {
  return new WeftError('CLI_OFFLINE', 'and without a cluster nobody can be asked');
}
