import { clusterInformations, networkPolicies, profiles, workloadEndpoints } from '../api/kinds.ts';
import type { Kind, KubernetesObject } from '../api/meta.ts';
import { writtenElsewhere } from '../api/policy-name.ts';
import { WeftError } from '../base/errors.ts';
import type { ResourceToChange } from './change.ts';
import { resourceText } from './resource-error.ts';

/** What a verb does, as calicoctl calls it when it refuses. */
const operations: Readonly<Record<string, string>> = {
  create: 'create or apply',
  apply: 'create or apply',
  replace: 'apply or replace',
  patch: 'apply or replace',
  label: 'apply or replace',
  delete: 'delete',
};

/**
 * Refuses to change what cannot be changed through Calico's kinds: what the cluster says of itself, views of objects of
 * Kubernetes, and policies of Kubernetes shown as Calico's.
 *
 * @throws WeftError CLI_FAILED that says what to change instead
 */
export function refuseReadOnly(verb: string, { kind, object }: ResourceToChange): void {
  const { name, namespace } = object.metadata;
  const reason = readOnlyReason(kind, name);
  if (reason === undefined) return;
  const identifier = kind === clusterInformations ? kind.kind : resourceText(kind, name, namespace);
  const suffix = reason === '' ? '' : `: ${reason}`;
  const text = `operation ${operations[verb] ?? verb} is not supported on ${identifier}${suffix}`;
  throw new WeftError('CLI_FAILED', text);
}

function readOnlyReason(kind: Kind<KubernetesObject>, name: string): string | undefined {
  switch (kind) {
    case clusterInformations:
      return '';
    case workloadEndpoints:
      return 'it is a view of a pod, which must be changed through the kubernetes API';
    case profiles:
      return 'it is a view of a namespace or service account, which must be changed through the kubernetes API';
    case networkPolicies:
      return writtenElsewhere(kind.kind, name);
    default:
      return undefined;
  }
}
