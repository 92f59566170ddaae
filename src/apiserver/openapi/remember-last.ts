import type { Resource } from '../resource.ts';

/** A function that computes again only when it is given other resources than last time. */
export function rememberLast<T>(compute: (resources: readonly Resource[]) => T): (resources: readonly Resource[]) => T {
  let last: { readonly resources: readonly Resource[]; readonly value: T } | undefined;
  return (resources) => {
    const same =
      last !== undefined &&
      last.resources.length === resources.length &&
      last.resources.every((resource, index) => resource === resources[index]);
    if (last === undefined || !same) last = { resources: [...resources], value: compute(resources) };
    return last.value;
  };
}
