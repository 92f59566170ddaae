import type { TableStyle } from './table.ts';

/** A table of resources of one kind, ready to be laid out. */
export interface TableBlock {
  readonly style: TableStyle;
  readonly headers: readonly string[];
  readonly rows: readonly (readonly string[])[];
}
