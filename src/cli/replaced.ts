import { WeftError } from '../base/errors.ts';
import type { CommandModule } from './command.ts';

/** A command calicoctl has and this program does without: it says what to use instead. */
export function replaced(command: string, instead: string): () => Promise<CommandModule> {
  const run = () => Promise.reject(new WeftError('CLI_REPLACED', `Cannot run "${command}": ${instead}`));
  return () => Promise.resolve({ run });
}
