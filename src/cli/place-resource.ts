import type { Kind, KubernetesObject } from '../api/meta.ts';
import { WeftError } from '../base/errors.ts';
import { type CommandInput, textOption } from './command.ts';

/**
 * The namespace of a resource: its own, that of `-n`, that of the context; `undefined` for kinds without.
 *
 * @param own the namespace the resource itself names
 * @throws WeftError CLI_FAILED with calicoctl's words when both are named and differ, or the kind has none
 */
export async function namespaceFor(
  { options, connect }: Pick<CommandInput, 'options' | 'connect'>,
  kind: Kind<KubernetesObject>,
  own?: string,
): Promise<string | undefined> {
  const wanted = textOption(options, 'namespace');
  if (!kind.namespaced) {
    // kubectl passes over -n for its own kinds.
    const unwanted = kind.group === 'projectcalico.org' ? wanted : undefined;
    if ((own ?? '') === '' && unwanted === undefined) return undefined;
    throw new WeftError(
      'CLI_FAILED',
      `namespace should not be specified for a non-namespaced resource. ${kind.kind} is not a namespaced resource`,
    );
  }
  if (own === undefined || own === '') return wanted ?? (await connect()).namespace;
  if (wanted !== undefined && wanted !== own) {
    const problem = `resource namespace does not match client namespace. ${own} != ${wanted}`;
    throw new WeftError('CLI_FAILED', problem);
  }
  return own;
}
