import { parse } from 'yaml';
import type { Kind, KubernetesObject } from '../api/meta.ts';
import { errorText } from '../base/errors.ts';
import { isRecord } from '../base/is-record.ts';
import { applyMergePatch } from '../base/merge-patch.ts';
import type { PatchType } from '../datastore/cluster.ts';
import { accessTo } from './access/access-to.ts';
import type { ResourceAccess } from './access/resource-access.ts';
import type { Change, ResourceToChange } from './change.ts';
import { failure } from './change-resources.ts';
import { type CommandInput, textOption } from './command.ts';
import { type DryRun, dryRunOption } from './dry-run.ts';
import { namedResource } from './named-resource.ts';
import { refuseReadOnly } from './refuse-read-only.ts';
import { notFound, resourceErrorText } from './resource-error.ts';
import { showChange } from './show-change.ts';
import { usageError } from './usage-error.ts';

const types: readonly PatchType[] = ['strategic', 'merge', 'json'];

/** `weft patch KIND NAME -p PATCH` */
export async function run(input: CommandInput): Promise<number> {
  const { args, options, io, usage, connect } = input;
  const [word, name, extra] = args.length === 1 ? (args[0]?.split('/') ?? []) : args;
  const text = textOption(options, 'patch');
  if (word === undefined || name === undefined || extra !== undefined || text === undefined) {
    throw usageError(`usage: ${usage}`);
  }
  const resource = await namedResource(input, word, name);
  const { kind } = resource;
  const type = patchType(kind, textOption(options, 'type'));
  const body = parsePatch(text, type);
  const dryRun = dryRunOption(input);
  try {
    refuseReadOnly('patch', resource);
    const change = await patchResource(await accessTo(await connect(), kind), resource, type, body, dryRun);
    if (dryRun !== 'none') await showChange(io, resource, change);
  } catch (error) {
    throw failure('patch', [resource], resourceErrorText(error, resource));
  }
  if (dryRun === 'none') io.out(`Successfully patched 1 '${kind.kind}' resource\n`);
  else io.err(`Would have patched 1 '${kind.kind}' resource, nothing was changed (dry run: ${dryRun})\n`);
  return 0;
}

/**
 * The type of a patch: strategic by default, as with calicoctl and kubectl. Only Kubernetes' own kinds say how their
 * lists merge; for all others a strategic patch is a merge patch.
 */
function patchType(kind: Kind<KubernetesObject>, text = 'strategic'): PatchType {
  const type = types.find((candidate) => candidate === text);
  if (type === undefined) throw usageError(`Unknown patch type "${text}", one of ${types.join(', ')} needed`);
  const known = kind.group === '' || !kind.group.includes('.') || kind.group.endsWith('.k8s.io');
  return type === 'strategic' && !known ? 'merge' : type;
}

function parsePatch(text: string, type: PatchType): unknown {
  let patch: unknown;
  try {
    patch = parse(text);
  } catch (error) {
    throw usageError(`Cannot read patch: ${(errorText(error).split('\n')[0] ?? '').replace(/:$/, '')}`);
  }
  if (type === 'json' ? Array.isArray(patch) : isRecord(patch)) return patch;
  const needed = type === 'json' ? 'a list of operations' : 'a JSON or YAML object';
  throw usageError(`Cannot read patch "${text}": ${needed} needed`);
}

async function patchResource(
  access: ResourceAccess,
  { kind, object: { metadata: target } }: ResourceToChange,
  type: PatchType,
  body: unknown,
  dryRun: DryRun,
): Promise<Change> {
  if (dryRun === 'none') return { done: true, after: await access.patch(target, type, body) };
  const before = await access.get(target.name, target.namespace);
  if (before === undefined) throw notFound(kind, target.name);
  if (dryRun === 'server')
    return { done: true, before, after: await access.patch(target, type, body, { dryRun: true }) };
  if (type === 'merge') return { done: true, before, after: applyMergePatch(before, body) as KubernetesObject };
  throw usageError(`A ${type} patch needs the server to be previewed: --dry-run=server or --type merge needed`);
}
