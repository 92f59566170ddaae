import { type CommandInput, flag, textOption, textOptions } from '../command.ts';
import { offlineWorld } from './offline-world.ts';
import type { PolicyWorld } from './policy-world.ts';
import { readLivePolicy } from './read-live-policy.ts';
import { readPolicyFiles } from './read-policy-files.ts';

/**
 * All that decides about packets: of the files that an option names, else of the cluster. What had to be assumed is said
 * on standard error.
 *
 * @throws WeftError as `readPolicyFiles` and `Cluster` do
 */
export async function readPolicyWorld(input: CommandInput, option = 'filename'): Promise<PolicyWorld> {
  const { options, io } = input;
  const paths = textOptions(options, option);
  if (paths.length === 0) return readLivePolicy(await input.connect());
  const namespace = textOption(options, 'namespace') ?? 'default';
  const files = await readPolicyFiles(paths, io, { recursive: flag(options, 'recursive'), namespace });
  const world = offlineWorld(files);
  for (const assumption of world.assumptions) io.err(`${assumption}\n`);
  return world;
}
