import type { KubernetesObject } from '../api/meta.ts';

/** `NAMESPACE/NAME`, or `/NAME` for cluster-wide kinds. */
export function objectKey({ metadata }: KubernetesObject): string {
  return `${metadata.namespace ?? ''}/${metadata.name}`;
}

/** The parts of {@link objectKey}. */
export function parseObjectKey(key: string): { readonly name: string; readonly namespace: string | undefined } {
  const slash = key.indexOf('/');
  const namespace = key.slice(0, slash);
  return { name: key.slice(slash + 1), namespace: namespace === '' ? undefined : namespace };
}
