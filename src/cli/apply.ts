import { withType } from '../api/meta.ts';
import { hasCode } from '../base/errors.ts';
import type { Change, ChangeContext, ResourceToChange } from './change.ts';
import { changeFiles } from './change-resources.ts';
import type { CommandInput } from './command.ts';
import { createResource } from './create.ts';
import { overlayFields } from './overlay-fields.ts';
import { shown } from './print-objects.ts';
import { replaceResource } from './replace.ts';

/** `weft apply -f FILE`: create, or change what exists. */
export function run(input: CommandInput): Promise<number> {
  return changeFiles(input, { name: 'apply', done: 'applied', change: applyResource });
}

function applyResource(context: ChangeContext, resource: ResourceToChange): Promise<Change> {
  return resource.kind.group === 'projectcalico.org' ? applyWhole(context, resource) : applyFields(context, resource);
}

// calicoctl's meaning: the object becomes what the file says.
async function applyWhole(context: ChangeContext, resource: ResourceToChange): Promise<Change> {
  // A file made by "get" names a version, which nothing that is to be created has.
  const { resourceVersion: _, uid: __, ...metadata } = resource.object.metadata;
  try {
    return await createResource(context, { ...resource, object: { ...resource.object, metadata } });
  } catch (error) {
    if (!hasCode(error, 'API_ALREADY_EXISTS')) throw error;
  }
  return replaceResource(context, resource);
}

// kubectl's meaning: Kubernetes' own kinds carry values the server has filled in (cluster IPs, node names), so only what
// the file says, or no longer says, is changed.
async function applyFields({ access, dryRun }: ChangeContext, { kind, object }: ResourceToChange): Promise<Change> {
  const { name, namespace } = object.metadata;
  const before = dryRun === 'none' ? undefined : await access.get(name, namespace);
  if (dryRun === 'client') {
    const after = before === undefined ? object : (overlayFields(before, object) as typeof object);
    return { done: true, before, after };
  }
  const body = shown(withType(kind, object));
  const options = { dryRun: dryRun === 'server' };
  return { done: true, before, after: await access.patch(object.metadata, 'apply', body, options) };
}
