import type { KubernetesObject } from '../api/meta.ts';

/** Names an object among those of its kind: `NAMESPACE/NAME`, or `/NAME` for cluster-wide kinds. */
export function objectKey({ metadata }: KubernetesObject): string {
  return keyOf(metadata.name, metadata.namespace);
}

/** The {@link objectKey} of the object of this name. */
export function keyOf(name: string, namespace = ''): string {
  return `${namespace}/${name}`;
}

/** The parts of {@link objectKey}. */
export function parseObjectKey(key: string): { readonly name: string; readonly namespace: string | undefined } {
  const slash = key.indexOf('/');
  const namespace = key.slice(0, slash);
  return { name: key.slice(slash + 1), namespace: namespace === '' ? undefined : namespace };
}
