import type { CommandInput } from './command.ts';
import { usageError } from './usage-error.ts';

/**
 * For commands that take options only, or at most `allowed` arguments.
 *
 * @throws WeftError CLI_USAGE naming the first word too many
 */
export function refuseArguments({ args, usage }: Pick<CommandInput, 'args' | 'usage'>, allowed = 0): void {
  const extra = args[allowed];
  if (extra !== undefined) throw usageError(`Unexpected word "${extra}"; usage: ${usage}`);
}
