import type { Deployment, ReplicaSet } from 'kubernetes-types/apps/v1.d.ts';
import type { PodTemplateSpec } from 'kubernetes-types/core/v1.d.ts';
import type { LabelSelector } from 'kubernetes-types/meta/v1.d.ts';
import { column, type TableColumn } from './column.ts';
import { ageColumn, joinSome, nameColumn } from './common-columns.ts';
import { selectorText } from './selector-text.ts';

interface HasTemplate {
  readonly spec?: { readonly selector?: LabelSelector; readonly template?: PodTemplateSpec };
}

const containers = ({ spec }: HasTemplate) => spec?.template?.spec?.containers ?? [];

const templateColumns: readonly TableColumn[] = [
  column<HasTemplate>('Containers', (one) => joinSome(containers(one).map(({ name }) => name)), { wide: true }),
  column<HasTemplate>('Images', (one) => joinSome(containers(one).map(({ image }) => image ?? '')), { wide: true }),
  column<HasTemplate>('Selector', ({ spec }) => selectorText(spec?.selector), { wide: true }),
];

/** The columns of deployments. */
export const deploymentColumns: readonly TableColumn[] = [
  nameColumn,
  column<Deployment>('Ready', ({ spec, status }) => `${status?.readyReplicas ?? 0}/${spec?.replicas ?? 0}`),
  column<Deployment>('Up-to-date', ({ status }) => status?.updatedReplicas ?? 0, { type: 'string' }),
  column<Deployment>('Available', ({ status }) => status?.availableReplicas ?? 0, { type: 'string' }),
  ageColumn,
  ...templateColumns,
];

/** The columns of replica sets. */
export const replicaSetColumns: readonly TableColumn[] = [
  nameColumn,
  column<ReplicaSet>('Desired', ({ spec }) => spec?.replicas ?? 0, { type: 'integer' }),
  column<ReplicaSet>('Current', ({ status }) => status?.replicas ?? 0, { type: 'integer' }),
  column<ReplicaSet>('Ready', ({ status }) => status?.readyReplicas ?? 0, { type: 'integer' }),
  ageColumn,
  ...templateColumns,
];
