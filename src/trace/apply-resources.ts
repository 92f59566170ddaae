import type { KubernetesObject } from '../api/meta.ts';
import type { PolicyResources } from '../policy/resources.ts';

/** Objects of some of the lists. */
export type SomeResources = { readonly [K in keyof PolicyResources]?: readonly KubernetesObject[] };

/** The resources with these put in, or in place of those with their names. */
export function withResources(resources: PolicyResources, changed: SomeResources): PolicyResources {
  return editLists(resources, changed, (before, objects) => {
    const names = new Set(objects.map(nameOf));
    return [...before.filter((object) => !names.has(nameOf(object))), ...objects];
  });
}

/** The resources without those of these names. */
export function withoutResources(resources: PolicyResources, gone: SomeResources): PolicyResources {
  return editLists(resources, gone, (before, objects) => {
    const names = new Set(objects.map(nameOf));
    return before.filter((object) => !names.has(nameOf(object)));
  });
}

type Edit = (before: readonly KubernetesObject[], objects: readonly KubernetesObject[]) => readonly KubernetesObject[];

function editLists(resources: PolicyResources, changes: SomeResources, edit: Edit): PolicyResources {
  const edited = Object.entries(changes).map(([field, objects]) => {
    const before: readonly KubernetesObject[] = resources[field as keyof PolicyResources];
    return [field, edit(before, objects)];
  });
  // Lists keep their kinds: the caller has put each object where it belongs.
  return { ...resources, ...Object.fromEntries(edited) } as PolicyResources;
}

function nameOf({ metadata }: KubernetesObject): string {
  return `${metadata.namespace ?? ''}/${metadata.name}`;
}
