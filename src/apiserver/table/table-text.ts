import type { MetaVersion } from '../http/accept.ts';
import type { Query } from '../http/query.ts';
import type { ApiObject, JsonRecord } from '../json.ts';
import type { Cell, TableColumn } from './column.ts';

/** What of the object itself goes into a row. */
export type IncludeObject = 'None' | 'Metadata' | 'Object';

/** An object with its text, as the store has them. */
export interface RowSource {
  readonly object: Readonly<ApiObject>;
  readonly text: string;
}

/** How rows are made. */
export interface TableOptions {
  readonly version: MetaVersion;
  readonly columns: readonly TableColumn[];
  readonly include: IncludeObject;
  /** Milliseconds since the epoch, for ages. */
  readonly nowMs: number;
}

/** `includeObject` of a query. @throws StatusError 422 */
export function includeObjectOf(query: Query): IncludeObject {
  return query.choice('includeObject', ['None', 'Metadata', 'Object']) ?? 'Metadata';
}

/**
 * A `meta.k8s.io` Table as JSON text, one row per object.
 *
 * @param metadata the ListMeta of the Table
 * @param withColumns false in the later events of a watch, which go without the definitions
 * @see meta/v1 Table
 */
export function tableText(
  rows: readonly RowSource[],
  metadata: JsonRecord,
  options: TableOptions,
  withColumns = true,
): string {
  const head = JSON.stringify({
    kind: 'Table',
    apiVersion: `meta.k8s.io/${options.version}`,
    metadata,
    columnDefinitions: withColumns ? options.columns.map(definitionOf) : null,
  });
  return `${head.slice(0, -1)},"rows":[${rows.map((row) => rowText(row, options)).join(',')}]}`;
}

function definitionOf({ name, type, format, description, priority }: TableColumn): JsonRecord {
  return { name, type, format, description, priority };
}

function rowText(row: RowSource, { columns, include, version, nowMs }: TableOptions): string {
  const cells = JSON.stringify(columns.map((column) => cellOf(column, row, nowMs)));
  if (include === 'None') return `{"cells":${cells}}`;
  const object = include === 'Object' ? row.text : partialMetadataText(row, version);
  return `{"cells":${cells},"object":${object}}`;
}

/** One object that is not as its kind should be does not take the list from the others. */
function cellOf(column: TableColumn, { object }: RowSource, nowMs: number): Cell {
  try {
    return column.cell(object, nowMs);
  } catch {
    return '<invalid>';
  }
}

/** An object reduced to its metadata, as JSON text. @see meta/v1 PartialObjectMetadata */
export function partialMetadataText({ object }: RowSource, version: MetaVersion): string {
  const { metadata } = object;
  return JSON.stringify({ kind: 'PartialObjectMetadata', apiVersion: `meta.k8s.io/${version}`, metadata });
}
