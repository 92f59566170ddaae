import type { Kind, KubernetesObject } from '../api/meta.ts';
import { errorText, hasCode, WeftError } from '../base/errors.ts';
import type { HttpCluster } from '../datastore/http-cluster.ts';
import { checkResource } from './check-resource.ts';
import type { CommandInput } from './command.ts';
import { kindOfObject } from './find-kind.ts';
import { readManifests } from './read-manifests.ts';
import { usageError } from './usage-error.ts';

/** A resource of a file, with its namespace filled in. */
export interface ResourceToChange {
  readonly kind: Kind<KubernetesObject>;
  readonly object: KubernetesObject;
}

/** What a verb does to one resource, and how it is called in messages. */
export interface Verb {
  /** `apply` */
  readonly name: string;
  /** `applied` */
  readonly done: string;
  /** Resolves false when the resource was passed over. */
  change(cluster: HttpCluster, resource: ResourceToChange): Promise<boolean>;
}

/**
 * Does a verb to every resource of the files of `-f`, in order, up to the first failure, and says how far it came.
 *
 * @throws WeftError CLI_FAILED with calicoctl's words
 */
export async function changeFiles(input: CommandInput, verb: Verb): Promise<number> {
  const resources = await readResources(input);
  if (verb.name !== 'delete') {
    for (const resource of resources) checkAll(resource, verb, resources);
  }
  return changeResources(input, verb, resources);
}

/** Reads the files of `-f` and finds the kind and namespace of every resource. */
export async function readResources(input: CommandInput): Promise<readonly ResourceToChange[]> {
  const files = input.options.filename as readonly string[] | undefined;
  if (files === undefined) throw usageError('No file given; -f FILE needed');
  if (input.args.length > 0) throw usageError(`Unexpected argument "${input.args[0]}"; resources come from -f FILE`);
  const objects = await readManifests(files, input.io);
  const resources: ResourceToChange[] = [];
  for (const object of objects) resources.push(await place(input, object));
  return resources;
}

/** Does a verb to every resource, up to the first failure. */
export async function changeResources(
  { io, connect }: CommandInput,
  verb: Verb,
  resources: readonly ResourceToChange[],
): Promise<number> {
  const cluster = await connect();
  let handled = 0;
  let changed = 0;
  for (const resource of resources) {
    try {
      if (await verb.change(cluster, resource)) changed++;
      handled++;
    } catch (error) {
      if (handled > 0) {
        const total = `${resources.length} ${kindWord(resources)}resources:`;
        io.out(`Partial success: ${verb.done} the first ${handled} out of ${total}\n`);
        throw new WeftError('CLI_FAILED', `hit error: [${resourceErrorText(error, resource)}]`);
      }
      throw failure(verb, resources, resourceErrorText(error, resource));
    }
  }
  io.out(`Successfully ${verb.done} ${changed} ${kindWord(resources)}resource(s)\n`);
  return 0;
}

/** `resource does not exist: IPPool(p) with error: ...` and its kin: calicoctl's words for what the server says. */
export function resourceErrorText(error: unknown, { kind, object }: ResourceToChange): string {
  const { name, namespace } = object.metadata;
  const key = `${kind.kind}(${namespace === undefined ? name : `${namespace}/${name}`})`;
  if (hasCode(error, 'API_NOT_FOUND')) return `resource does not exist: ${key} with error: ${errorText(error)}`;
  if (hasCode(error, 'API_ALREADY_EXISTS')) return `resource already exists: ${key}`;
  if (hasCode(error, 'API_CONFLICT')) return `update conflict: ${key}`;
  return errorText(error);
}

async function place({ connect }: CommandInput, object: KubernetesObject): Promise<ResourceToChange> {
  const kind = await kindOfObject(object, connect);
  const { namespace, ...metadata } = object.metadata;
  if (!kind.namespaced) {
    if (namespace === undefined || namespace === '') return { kind, object: { ...object, metadata } };
    throw new WeftError(
      'CLI_FAILED',
      `namespace should not be specified for a non-namespaced resource. ${kind.kind} is not a namespaced resource`,
    );
  }
  const place = namespace || (await connect()).namespace;
  return { kind, object: { ...object, metadata: { ...metadata, namespace: place } } };
}

// Before anything is sent, so that a mistake in the last document does not leave the first ones behind.
function checkAll(resource: ResourceToChange, verb: Verb, resources: readonly ResourceToChange[]): void {
  const problem = checkResource(resource.kind, resource.object);
  if (problem !== undefined) throw failure(verb, resources, problem);
}

function failure(verb: Verb, resources: readonly ResourceToChange[], problem: string): WeftError {
  const any = resources.length > 1 ? 'any ' : '';
  const word = resources.length > 1 ? 'resources' : 'resource';
  return new WeftError('CLI_FAILED', `failed to ${verb.name} ${any}${kindWord(resources)}${word}: [${problem}]`);
}

/** `'IPPool' ` when all are of one kind, else nothing. */
function kindWord(resources: readonly ResourceToChange[]): string {
  const kinds = new Set(resources.map(({ kind }) => kind.kind));
  return kinds.size === 1 ? `'${[...kinds].join()}' ` : '';
}
