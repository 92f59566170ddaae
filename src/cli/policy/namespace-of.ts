import { type CommandInput, flag, textOption, textOptions } from '../command.ts';
import { usageError } from '../usage-error.ts';

/** The namespace of names that say none: that of `-n`, else of the context; `default` where files are read. */
export async function namespaceOf({ options, connect }: CommandInput, option = 'filename'): Promise<string> {
  const given = textOption(options, 'namespace');
  if (given !== undefined) return given;
  return textOptions(options, option).length > 0 ? 'default' : (await connect()).namespace;
}

/**
 * Which namespaces a table is about: that of `-n`, all with `-A`, else that of the context; all where files are read.
 *
 * @throws WeftError CLI_USAGE for both
 */
export async function wantedNamespaces(input: CommandInput, option = 'filename'): Promise<(name: string) => boolean> {
  const { options } = input;
  const given = textOption(options, 'namespace');
  const everywhere = flag(options, 'all-namespaces');
  if (given !== undefined && everywhere) throw usageError('Cannot use -n and -A together: one of them needed');
  if (everywhere || (given === undefined && textOptions(options, option).length > 0)) return () => true;
  const wanted = await namespaceOf(input, option);
  return (name) => name === wanted;
}
