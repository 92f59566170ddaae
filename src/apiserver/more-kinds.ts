import { kubernetesPolicies } from '../api/kinds.ts';
import type { Kind, KubernetesObject } from '../api/meta.ts';

const kind = (
  group: string,
  name: string,
  plural: string,
  more: { readonly shortNames?: readonly string[]; readonly namespaced?: boolean; readonly status?: boolean } = {},
): Kind<KubernetesObject> => ({
  group,
  version: 'v1',
  kind: name,
  plural,
  singular: name.toLowerCase(),
  shortNames: more.shortNames ?? [],
  namespaced: more.namespaced ?? true,
  status: more.status ?? false,
});

const rbac = 'rbac.authorization.k8s.io';

/** Served for clients that keep them here; the API server itself does not act on them. */
export const moreKinds: readonly Kind<KubernetesObject>[] = [
  kubernetesPolicies,
  kind('coordination.k8s.io', 'Lease', 'leases'),
  kind(rbac, 'ClusterRole', 'clusterroles', { namespaced: false }),
  kind(rbac, 'ClusterRoleBinding', 'clusterrolebindings', { namespaced: false }),
  kind(rbac, 'Role', 'roles'),
  kind(rbac, 'RoleBinding', 'rolebindings'),
  kind('policy', 'PodDisruptionBudget', 'poddisruptionbudgets', { shortNames: ['pdb'], status: true }),
];

const notEnforced = new Set([rbac, 'policy']);

/** What whoever creates an object of this kind must be told; `undefined` for kinds that have their effect. */
export function noticeFor(resource: Pick<Kind<KubernetesObject>, 'group' | 'kind'>): string | undefined {
  return notEnforced.has(resource.group)
    ? `${resource.kind} is stored, but not enforced by this API server`
    : undefined;
}
