import type { KubernetesObject } from '../api/meta.ts';
import { isRecord } from '../base/is-record.ts';

/** Where kubectl keeps what was applied last; using the same one, both can be used on the same object. */
const annotation = 'kubectl.kubernetes.io/last-applied-configuration';

/** The object with itself noted in the annotation. */
export function withLastApplied(object: KubernetesObject): KubernetesObject {
  const { [annotation]: _old, ...annotations } = object.metadata.annotations ?? {};
  const plain = { ...object, metadata: { ...object.metadata, annotations } };
  const text = `${JSON.stringify(plain)}\n`;
  return { ...plain, metadata: { ...plain.metadata, annotations: { ...annotations, [annotation]: text } } };
}

/** What was applied last; `undefined` when nothing was, or nobody can read it. */
export function lastApplied(object: KubernetesObject): unknown {
  try {
    return JSON.parse(object.metadata.annotations?.[annotation] ?? '');
  } catch {
    return undefined;
  }
}

/**
 * The merge patch that sets everything `wanted` says and removes what `last` said and `wanted` does not any more. What
 * neither mentions stays.
 *
 * @see RFC 7386
 */
export function threeWayMergePatch(last: unknown, wanted: unknown): unknown {
  if (!isRecord(wanted)) return wanted;
  const before = isRecord(last) ? last : {};
  const patch: Record<string, unknown> = {};
  for (const key of Object.keys(before)) {
    if (!Object.hasOwn(wanted, key)) patch[key] = null;
  }
  for (const [key, value] of Object.entries(wanted)) patch[key] = threeWayMergePatch(before[key], value);
  return patch;
}
