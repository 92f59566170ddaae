import type { Kind, KubernetesObject } from '../api/meta.ts';
import { errorText, hasCode } from '../base/errors.ts';

/** Names a resource: `Pod(default/web)`, `IPPool(p)`. */
export function resourceText(kind: Kind<KubernetesObject>, name: string, namespace?: string): string {
  return `${kind.kind}(${namespace === undefined ? name : `${namespace}/${name}`})`;
}

/** `resource does not exist: IPPool(p) with error: ...` and its kin: calicoctl's words for what the server says. */
export function resourceErrorText(
  error: unknown,
  { kind, object }: { readonly kind: Kind<KubernetesObject>; readonly object: KubernetesObject },
): string {
  const named = resourceText(kind, object.metadata.name, object.metadata.namespace);
  if (hasCode(error, 'API_NOT_FOUND')) return `resource does not exist: ${named} with error: ${errorText(error)}`;
  if (hasCode(error, 'API_ALREADY_EXISTS')) return `resource already exists: ${named}`;
  if (hasCode(error, 'API_CONFLICT')) return `update conflict: ${named}`;
  return errorText(error);
}
