import type { Kind, KubernetesObject } from '../api/meta.ts';
import { WeftError } from '../base/errors.ts';
import type { ListOptions } from '../datastore/cluster.ts';
import { type CommandInput, flag, textOption } from './command.ts';
import { findKind } from './find-kind.ts';
import { namespaceFor } from './place-resource.ts';
import type { FileResource } from './read-resources.ts';
import { usageError } from './usage-error.ts';

/** What somebody wants to see of one kind. */
export interface GetRequest {
  readonly kind: Kind<KubernetesObject>;
  /** Empty: all of them. */
  readonly names: readonly string[];
  /** `undefined`: of all namespaces, or the kind has none. */
  readonly namespace?: string | undefined;
}

/** What `get all` means to kubectl. */
const everyday = 'pods,services,deployments,replicasets';

/**
 * Reads `KIND [NAME...]`, `KIND,KIND`, `KIND/NAME...` or the files of `-f`.
 *
 * @throws WeftError CLI_USAGE, CLI_KIND, CLI_FILE, CLI_FAILED
 */
export async function readRequests(input: CommandInput): Promise<readonly GetRequest[]> {
  const { args, options, usage } = input;
  if (options.filename !== undefined) {
    const { readResources } = await import('./read-resources.ts');
    const resources = await readResources(input, { check: false });
    return [...Map.groupBy(resources, groupOf).values()].flatMap(requestOf);
  }
  const [words, ...names] = args;
  if (words === undefined) throw usageError(`No kind given; usage: ${usage}`);
  if (names.includes('')) throw usageError('resource name may not be empty');
  if (words.includes('/')) return Promise.all(args.map((reference) => readReference(input, reference)));
  const requests: GetRequest[] = [];
  for (const word of (words === 'all' ? everyday : words).split(',')) {
    if (word === '') throw usageError(`Cannot read kinds "${words}": an empty one found; usage: ${usage}`);
    const kind = await findKind(word, input);
    requests.push({ kind, names, namespace: await place(input, kind, names) });
  }
  return requests;
}

/** What a list of all that is wanted is narrowed by. */
export function listOptionsOf({ options }: CommandInput, { namespace }: GetRequest): ListOptions {
  return {
    namespace,
    labelSelector: textOption(options, 'selector'),
    fieldSelector: textOption(options, 'field-selector'),
  };
}

/** Resources of one kind and namespace are shown together. */
function groupOf({ kind, object }: FileResource): string {
  return `${kind.group}/${kind.plural}/${object.metadata.namespace ?? ''}`;
}

function requestOf(resources: readonly FileResource[]): readonly GetRequest[] {
  const [first] = resources;
  if (first === undefined) return [];
  const { namespace } = first.object.metadata;
  const names = resources.map(({ object }) => object.metadata.name);
  return [{ kind: first.kind, names, namespace }];
}

async function readReference(input: CommandInput, reference: string): Promise<GetRequest> {
  const [word = '', name = '', extra] = reference.split('/');
  if (name === '' || extra !== undefined) throw usageError(`Cannot read "${reference}", KIND/NAME needed`);
  const kind = await findKind(word, input);
  return { kind, names: [name], namespace: await place(input, kind, [name]) };
}

async function place(
  input: CommandInput,
  kind: Kind<KubernetesObject>,
  names: readonly string[],
): Promise<string | undefined> {
  const everywhere = flag(input.options, 'all-namespaces');
  if (everywhere && textOption(input.options, 'namespace') !== undefined) {
    const text = 'cannot use both --namespace and --all-namespaces flags at the same time';
    throw new WeftError('CLI_FAILED', text);
  }
  if (everywhere && kind.namespaced) {
    if (names.length === 0) return undefined;
    throw usageError(`A ${kind.kind} cannot be named across all namespaces; -n NS needed`);
  }
  return namespaceFor(input, kind);
}
