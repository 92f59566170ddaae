import type { KubernetesObject } from '../api/meta.ts';
import type { HttpCluster } from '../datastore/http-cluster.ts';
import { accessTo } from './access/access-to.ts';
import { type CommandInput, flag, textOption } from './command.ts';
import { type GetRequest, listOptionsOf } from './get-requests.ts';
import { exported, type Found } from './print-objects.ts';
import { notFound, resourceText } from './resource-error.ts';
import { sortObjects } from './sort-objects.ts';

/** Reads the objects of a request. What does not exist is added to `missing`. */
export async function fetchObjects(
  input: CommandInput,
  cluster: HttpCluster,
  request: GetRequest,
  missing: string[],
): Promise<Found> {
  const { kind, names, namespace } = request;
  const access = await accessTo(cluster, kind);
  const sortBy = textOption(input.options, 'sort-by');
  if (names.length === 0) {
    const { items, resourceVersion } = await access.list(listOptionsOf(input, request));
    return { kind, objects: sortObjects(items, sortBy), resourceVersion };
  }
  const objects: KubernetesObject[] = [];
  const answers = await Promise.all(names.map(async (name) => [name, await access.get(name, namespace)] as const));
  for (const [name, object] of answers) {
    if (object !== undefined) objects.push(flag(input.options, 'export') ? exported(object) : object);
    else missing.push(missingText(request, name));
  }
  return { kind, objects: sortObjects(objects, sortBy) };
}

/** `resource does not exist: IPPool(p) with error: ippools.projectcalico.org "p" not found`. */
export function missingText({ kind, namespace }: GetRequest, name: string): string {
  return `resource does not exist: ${resourceText(kind, name, namespace)} with error: ${notFound(kind, name).message}`;
}
