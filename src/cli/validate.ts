import { calicoSchema } from '../api/crds.ts';
import { WeftError } from '../base/errors.ts';
import { failure, kindWord, sayNotices } from './change-resources.ts';
import type { CommandInput } from './command.ts';
import { readResources } from './read-resources.ts';

/**
 * `weft validate -f FILE`: checks without a cluster. Of Kubernetes' own kinds only metadata can be checked so: that is
 * said, and a file that has nothing else is not called valid.
 */
export async function run(input: CommandInput): Promise<number> {
  const alone = { ...input, connect: () => Promise.reject(noCluster()) };
  const resources = await readResources(alone, { check: true, offline: true });
  const problems = resources.flatMap(({ problem }) => problem ?? []);
  if (problems.length > 0) throw failure('validate', resources, problems.join('\n'));
  if (resources.length === 0) {
    input.io.out('No resources specified\n');
    return 0;
  }
  const checked = resources.filter(({ kind }) => calicoSchema(kind) !== undefined);
  for (const { kind, object } of checked) sayNotices(input, kind, object);
  const others = resources.filter((one) => !checked.includes(one));
  if (others.length > 0) {
    const count = `${others.length} ${kindWord(others)}resource(s)`;
    input.io.err(`Not validated without a cluster: ${count}; "weft apply --dry-run=server" asks the cluster\n`);
  }
  if (checked.length === 0) return 1;
  input.io.out(`Successfully validated ${checked.length} ${kindWord(checked)}resource(s)\n`);
  return 0;
}

function noCluster(): WeftError {
  return new WeftError('CLI_OFFLINE', 'and without a cluster nobody can be asked');
}
