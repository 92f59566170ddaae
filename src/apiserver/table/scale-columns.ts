import type { Scale } from 'kubernetes-types/autoscaling/v1.d.ts';
import { column, type TableColumn } from './column.ts';
import { ageColumn, nameColumn } from './common-columns.ts';

/** The columns of a Scale. */
export const scaleColumns: readonly TableColumn[] = [
  nameColumn,
  column<Scale>('Desired', ({ spec }) => spec?.replicas ?? 0, { type: 'integer' }),
  column<Scale>('Available', ({ status }) => status?.replicas ?? 0, { type: 'integer' }),
  ageColumn,
];
