import type { Kind, KubernetesObject } from '../api/meta.ts';
import { errorText, hasCode, WeftError } from '../base/errors.ts';
import type { Target } from './access/resource-access.ts';
import type { ResourceToChange } from './change.ts';

/** Names a resource: `Pod(default/web)`, `IPPool(p)`. */
export function resourceText(kind: Kind<KubernetesObject>, name: string, namespace?: string): string {
  return `${kind.kind}(${nameText({ name, namespace })})`;
}

/** `default/web`; the name alone for kinds without namespaces. */
export function nameText({ name, namespace }: Target): string {
  return namespace === undefined ? name : `${namespace}/${name}`;
}

/** The server's words for what is not there: `ippools.projectcalico.org "p" not found`. */
export function notFound({ group, plural }: Kind<KubernetesObject>, name: string): WeftError {
  return new WeftError('API_NOT_FOUND', `${group === '' ? plural : `${plural}.${group}`} "${name}" not found`);
}

/** `resource does not exist: IPPool(p) with error: ...` and its kin: calicoctl's words for what the server says. */
export function resourceErrorText(error: unknown, { kind, object }: ResourceToChange): string {
  const named = resourceText(kind, object.metadata.name, object.metadata.namespace);
  if (hasCode(error, 'API_NOT_FOUND')) return `resource does not exist: ${named} with error: ${errorText(error)}`;
  if (hasCode(error, 'API_ALREADY_EXISTS')) return `resource already exists: ${named}`;
  if (hasCode(error, 'API_CONFLICT')) return `update conflict: ${named}`;
  return errorText(error);
}
