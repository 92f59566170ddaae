import { tiers } from '../api/kinds.ts';
import type { Kind, KubernetesObject } from '../api/meta.ts';
import { policyNotices } from '../api/policy-notices.ts';
import { WeftError } from '../base/errors.ts';
import { accessTo } from './access/access-to.ts';
import type { ResourceToChange, Verb } from './change.ts';
import type { CommandInput } from './command.ts';
import { dryRunOption } from './dry-run.ts';
import { type FileResource, readResources } from './read-resources.ts';
import { refuseReadOnly } from './refuse-read-only.ts';
import { resourceErrorText } from './resource-error.ts';
import { showChange } from './show-change.ts';

/**
 * Does a verb to every resource of the files of `-f`, in order but tiers first, up to the first failure, and says how far
 * it came. All of them are checked before anything is sent: a mistake in the last document does not leave the first ones
 * behind.
 *
 * @throws WeftError CLI_FAILED with calicoctl's words
 */
export async function changeFiles(input: CommandInput, verb: Verb): Promise<number> {
  const resources = await readResources(input, { check: verb.name !== 'delete' });
  const problems = resources.flatMap(({ problem, object, kind }) => {
    if (problem !== undefined || verb.name === 'create' || object.metadata.name !== undefined) return problem ?? [];
    return `a ${kind.kind} without "metadata.name" found, only create makes names`;
  });
  if (problems.length > 0) throw failure(verb.name, resources, problems.join('\n'));
  if (resources.length === 0) {
    input.io.out('No resources specified\n');
    return 0;
  }
  if (verb.name === 'delete') return changeResources(input, verb, resources);
  for (const { kind, object } of resources) sayNotices(input, kind, object);
  return changeResources(input, verb, tiersFirst(resources));
}

/** What the owner of a policy should know though nothing is wrong with it. */
export function sayNotices({ io }: CommandInput, kind: Kind<KubernetesObject>, object: KubernetesObject): void {
  const { namespace, name = '' } = object.metadata;
  const title = `${kind.kind} "${namespace === undefined ? name : `${namespace}/${name}`}"`;
  for (const notice of policyNotices(kind, object)) io.err(`Warning: ${title}: ${notice}\n`);
}

/** A policy is refused as long as its tier is not there: files may name them in any order. */
function tiersFirst<T extends ResourceToChange>(resources: readonly T[]): readonly T[] {
  const isTier = ({ kind }: T): boolean => kind.group === tiers.group && kind.kind === tiers.kind;
  return [...resources.filter(isTier), ...resources.filter((resource) => !isTier(resource))];
}

/** Does a verb to every resource, up to the first failure. */
export async function changeResources(
  input: CommandInput,
  verb: Verb,
  resources: readonly (ResourceToChange & Partial<FileResource>)[],
): Promise<number> {
  const { io, connect } = input;
  const dryRun = dryRunOption(input);
  const cluster = await connect();
  let handled = 0;
  let changed = 0;
  for (const resource of resources) {
    const { kind } = resource;
    try {
      refuseReadOnly(verb.name, resource);
      const change = await verb.change({ cluster, access: await accessTo(cluster, kind), dryRun }, resource);
      if (dryRun !== 'none' && change.done) await showChange(io, resource, change);
      if (change.done) changed++;
      handled++;
    } catch (error) {
      const text = resource.locate?.(error) ?? resourceErrorText(error, resource);
      if (handled === 0) throw failure(verb.name, resources, text);
      if (dryRun === 'none') {
        const total = `${resources.length} ${kindWord(resources)}resources:`;
        io.out(`Partial success: ${verb.done} the first ${handled} out of ${total}\n`);
      }
      throw new WeftError('CLI_FAILED', `hit error: [${text}]`);
    }
  }
  const count = `${changed} ${kindWord(resources)}resource(s)`;
  if (dryRun === 'none') io.out(`Successfully ${verb.done} ${count}\n`);
  else io.err(`Would have ${verb.done} ${count}, nothing was changed (dry run: ${dryRun})\n`);
  return 0;
}

/** `failed to apply 'IPPool' resource: [...]`, `failed to create any resources: [...]`. */
export function failure(verb: string, resources: readonly ResourceToChange[], problem: string): WeftError {
  const any = resources.length > 1 ? 'any ' : '';
  const word = resources.length > 1 ? 'resources' : 'resource';
  return new WeftError('CLI_FAILED', `failed to ${verb} ${any}${kindWord(resources)}${word}: [${problem}]`);
}

/** `'IPPool' ` when all are of one kind, else nothing. */
export function kindWord(resources: readonly ResourceToChange[]): string {
  const kinds = new Set(resources.map(({ kind }) => kind.kind));
  return kinds.size === 1 ? `'${[...kinds].join()}' ` : '';
}
