import type { KubernetesObject } from '../api/meta.ts';
import type { HttpCluster } from '../datastore/http-cluster.ts';
import { accessTo } from './access/access-to.ts';
import { type CommandInput, flag, textOption } from './command.ts';
import type { GetRequest } from './get-requests.ts';
import { exported, type Found } from './print-objects.ts';
import { resourceText } from './resource-error.ts';
import { sortObjects } from './sort-objects.ts';
import { usageError } from './usage-error.ts';

/** Reads the objects of a request. What does not exist is added to `missing`. */
export async function fetchObjects(
  { options }: CommandInput,
  cluster: HttpCluster,
  { kind, names, namespace }: GetRequest,
  missing: string[],
): Promise<Found> {
  const access = await accessTo(cluster, kind);
  const labelSelector = textOption(options, 'selector');
  const fieldSelector = textOption(options, 'field-selector');
  const sortBy = textOption(options, 'sort-by');
  if (names.length === 0) {
    const { items, resourceVersion } = await access.list({
      ...(namespace === undefined ? {} : { namespace }),
      ...(labelSelector === undefined ? {} : { labelSelector }),
      ...(fieldSelector === undefined ? {} : { fieldSelector }),
    });
    return { kind, objects: sortObjects(items, sortBy), resourceVersion };
  }
  if (labelSelector !== undefined) throw usageError('A name and a selector cannot be used together');
  const objects: KubernetesObject[] = [];
  const answers = await Promise.all(names.map((name) => access.get(name, namespace)));
  for (const [index, object] of answers.entries()) {
    const name = names[index] ?? '';
    if (object !== undefined) objects.push(flag(options, 'export') ? exported(object) : object);
    else missing.push(missingText({ kind, namespace: kind.namespaced ? namespace : undefined }, name));
  }
  return { kind, objects: sortObjects(objects, sortBy) };
}

/** `resource does not exist: IPPool(p) with error: ippools.projectcalico.org "p" not found`. */
export function missingText(
  { kind, namespace }: { kind: GetRequest['kind']; namespace: string | undefined },
  name: string,
): string {
  const resource = kind.group === '' ? kind.plural : `${kind.plural}.${kind.group}`;
  return `resource does not exist: ${resourceText(kind, name, namespace)} with error: ${resource} "${name}" not found`;
}
