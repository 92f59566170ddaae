import { WeftError } from '../base/errors.ts';
import { readResources } from './change-resources.ts';
import { checkResource } from './check-resource.ts';
import type { CommandInput } from './command.ts';

/** `weft validate -f FILE`: checks without a cluster. */
export async function run(input: CommandInput): Promise<number> {
  const resources = await readResources(input);
  for (const { kind, object } of resources) {
    const problem = checkResource(kind, object);
    if (problem !== undefined) {
      throw new WeftError('CLI_FAILED', `failed to validate '${kind.kind}' resource: [${problem}]`);
    }
  }
  const kinds = [...new Set(resources.map(({ kind }) => kind.kind))];
  const word = kinds.length === 1 ? `'${kinds.join()}' ` : '';
  input.io.out(`Successfully validated ${resources.length} ${word}resource(s)\n`);
  return 0;
}
