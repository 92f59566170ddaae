import type { ResourceToChange } from './change.ts';
import type { CommandInput } from './command.ts';
import { findKind } from './find-kind.ts';
import { namespaceFor } from './place-resource.ts';
import { usageError } from './usage-error.ts';

/**
 * The resource that a KIND and a NAME of a command line mean, with its namespace filled in.
 *
 * @throws WeftError CLI_USAGE, CLI_KIND, CLI_FAILED
 */
export async function namedResource(input: CommandInput, word: string, name: string): Promise<ResourceToChange> {
  if (name === '') throw usageError('resource name may not be empty');
  const kind = await findKind(word, input);
  const namespace = await namespaceFor(input, kind);
  return { kind, object: { metadata: { name, ...(namespace === undefined ? {} : { namespace }) } } };
}
