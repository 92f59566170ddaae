import type { Lease } from 'kubernetes-types/coordination/v1.d.ts';
import type { ConfigMap, Namespace, Secret, ServiceAccount } from 'kubernetes-types/core/v1.d.ts';
import type { NetworkPolicy } from 'kubernetes-types/networking/v1.d.ts';
import type { PodDisruptionBudget } from 'kubernetes-types/policy/v1.d.ts';
import type { RoleBinding } from 'kubernetes-types/rbac/v1.d.ts';
import { type Resource, storageKey } from '../resource.ts';
import { column, type TableColumn } from './column.ts';
import { ageColumn, countKeys, createdAtColumn, joinSome, nameColumn } from './common-columns.ts';
import { eventColumns } from './event-columns.ts';
import { nodeColumns } from './node-columns.ts';
import { podColumns } from './pod-columns.ts';
import { printerColumns } from './printer-columns.ts';
import { selectorText } from './selector-text.ts';
import { endpointSliceColumns, endpointsColumns, serviceColumns } from './service-columns.ts';
import { deploymentColumns, replicaSetColumns } from './workload-columns.ts';

const subjects = (kind: string) =>
  column<RoleBinding>(
    kind === 'ServiceAccount' ? 'ServiceAccounts' : `${kind}s`,
    (binding) => {
      const found = (binding.subjects ?? []).filter((subject) => subject.kind === kind);
      return joinSome(
        found.map(({ name, namespace }) => (namespace ? `${namespace}/${name}` : name)),
        undefined,
        '',
      );
    },
    { wide: true },
  );

const bindingColumns: readonly TableColumn[] = [
  nameColumn,
  column<RoleBinding>('Role', ({ roleRef }) => `${roleRef.kind}/${roleRef.name}`),
  ageColumn,
  subjects('User'),
  subjects('Group'),
  subjects('ServiceAccount'),
];

/** The columns of the built-in kinds, as people know them from kubectl. */
const builtIn: Readonly<Record<string, readonly TableColumn[]>> = {
  pods: podColumns,
  nodes: nodeColumns,
  services: serviceColumns,
  endpoints: endpointsColumns,
  'endpointslices.discovery.k8s.io': endpointSliceColumns,
  'deployments.apps': deploymentColumns,
  'replicasets.apps': replicaSetColumns,
  events: eventColumns,
  namespaces: [nameColumn, column<Namespace>('Status', ({ status }) => status?.phase ?? 'Active'), ageColumn],
  configmaps: [
    nameColumn,
    column<ConfigMap>('Data', ({ data, binaryData }) => countKeys(data, binaryData), { type: 'string' }),
    ageColumn,
  ],
  secrets: [
    nameColumn,
    column<Secret>('Type', ({ type }) => type ?? 'Opaque'),
    column<Secret>('Data', ({ data }) => countKeys(data), { type: 'string' }),
    ageColumn,
  ],
  serviceaccounts: [
    nameColumn,
    column<ServiceAccount>('Secrets', ({ secrets }) => secrets?.length ?? 0, { type: 'string' }),
    ageColumn,
  ],
  'networkpolicies.networking.k8s.io': [
    nameColumn,
    column<NetworkPolicy>('Pod-Selector', ({ spec }) => selectorText(spec?.podSelector)),
    ageColumn,
  ],
  'poddisruptionbudgets.policy': [
    nameColumn,
    column<PodDisruptionBudget>('Min Available', ({ spec }) => String(spec?.minAvailable ?? 'N/A')),
    column<PodDisruptionBudget>('Max Unavailable', ({ spec }) => String(spec?.maxUnavailable ?? 'N/A')),
    column<PodDisruptionBudget>('Allowed Disruptions', ({ status }) => status?.disruptionsAllowed ?? 0, {
      type: 'integer',
    }),
    ageColumn,
  ],
  'leases.coordination.k8s.io': [
    nameColumn,
    column<Lease>('Holder', ({ spec }) => spec?.holderIdentity ?? ''),
    ageColumn,
  ],
  'customresourcedefinitions.apiextensions.k8s.io': [nameColumn, createdAtColumn],
  'roles.rbac.authorization.k8s.io': [nameColumn, createdAtColumn],
  'clusterroles.rbac.authorization.k8s.io': [nameColumn, createdAtColumn],
  'rolebindings.rbac.authorization.k8s.io': bindingColumns,
  'clusterrolebindings.rbac.authorization.k8s.io': bindingColumns,
};

const plain: readonly TableColumn[] = [nameColumn, ageColumn];

/** The columns a resource is shown with: its own, those of its definition, or name and age. */
export function columnsOf(resource: Resource): readonly TableColumn[] {
  if (!resource.custom) return builtIn[storageKey(resource)] ?? plain;
  let columns = custom.get(resource);
  if (columns === undefined) {
    const own = printerColumns(resource.printerColumns ?? []);
    columns = own.length === 0 ? plain : [nameColumn, ...own];
    custom.set(resource, columns);
  }
  return columns;
}

const custom = new WeakMap<Resource, readonly TableColumn[]>();
