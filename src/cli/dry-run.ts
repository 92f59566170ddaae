import { type CommandInput, textOption } from './command.ts';
import { usageError } from './usage-error.ts';

/** Whether a verb only says what it would do: by its own reckoning (`client`) or by asking the server (`server`). */
export type DryRun = 'none' | 'client' | 'server';

/**
 * The `--dry-run` of a command. Absent: `none`.
 *
 * @throws WeftError CLI_USAGE
 */
export function dryRunOption({ options }: Pick<CommandInput, 'options'>): DryRun {
  const text = textOption(options, 'dry-run') ?? 'none';
  if (text === 'none' || text === 'client' || text === 'server') return text;
  throw usageError(`Unknown dry run "${text}", one of none, client, server needed`);
}
