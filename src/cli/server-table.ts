import type { Kind, KubernetesObject } from '../api/meta.ts';
import { type ListOptions, tableAccept } from '../datastore/cluster.ts';
import type { HttpCluster } from '../datastore/http-cluster.ts';
import { queryText, resourcePath } from '../datastore/resource-path.ts';
import { labelsText, type TableView } from './calico-table.ts';
import type { TableBlock } from './table.ts';

/** A table made by the server. @see Kubernetes API "Table", meta.k8s.io/v1 */
export interface ServerTable {
  readonly kind?: string;
  readonly metadata?: { readonly resourceVersion?: string };
  /** Null in all events of a watch but the first. */
  readonly columnDefinitions?: readonly ColumnDefinition[] | null;
  readonly rows?: readonly TableRow[] | null;
  /** Of a server that does not make tables. */
  readonly items?: readonly KubernetesObject[] | null;
}

/** A column; priority 1 and more is shown by `-o wide` only. */
export interface ColumnDefinition {
  readonly name: string;
  readonly priority?: number;
}

/** A row, with the object it is about: whole if it was asked for, else its metadata. */
export interface TableRow {
  readonly cells: readonly unknown[];
  readonly object?: KubernetesObject;
}

/** Reads the table of a kind, or of one object. `whole` brings the objects along. */
export async function readTable(
  cluster: HttpCluster,
  kind: Kind<KubernetesObject>,
  target: Pick<ListOptions, 'namespace' | 'labelSelector' | 'fieldSelector'> & { readonly name?: string },
  whole: boolean,
): Promise<ServerTable> {
  const { namespace, name, labelSelector, fieldSelector } = target;
  const query = { labelSelector, fieldSelector, includeObject: whole ? 'Object' : undefined };
  return cluster.read<ServerTable>(resourcePath(kind, namespace, name) + queryText(query), tableAccept);
}

/** The rows of an answer; a server without tables gives objects, of which name and time are shown. */
export function tableRows(table: ServerTable): readonly TableRow[] {
  if (table.kind === 'Table') return table.rows ?? [];
  const objects = Array.isArray(table.items) ? table.items : [table as unknown as KubernetesObject];
  return objects.map((object: KubernetesObject) => ({
    cells: [object.metadata.name, object.metadata.creationTimestamp ?? '<unknown>'],
    object,
  }));
}

const plainColumns = [{ name: 'Name' }, { name: 'Created At' }];

/**
 * The table as kubectl prints it.
 *
 * @param prefix stands before names, as in `pod/web`, when several kinds are shown
 */
export function serverTableBlock(
  table: ServerTable,
  rows: readonly TableRow[],
  view: TableView,
  prefix = '',
): TableBlock {
  const definitions: readonly ColumnDefinition[] =
    table.kind === 'Table' ? (table.columnDefinitions ?? []) : plainColumns;
  const shown = definitions
    .map((definition, index) => ({ ...definition, index }))
    .filter(({ priority = 0 }) => view.wide || priority === 0);
  const headers = shown.map(({ name }) => name.toUpperCase());
  const cellsOf = ({ cells, object }: TableRow): readonly string[] => [
    ...(view.withNamespace ? [object?.metadata.namespace ?? ''] : []),
    ...shown.map(
      ({ index, name }) => (index === 0 && name.toLowerCase() === 'name' ? prefix : '') + cellText(cells[index]),
    ),
    ...(view.withLabels ? [labelsText(object?.metadata.labels)] : []),
  ];
  return {
    style: 'kubectl',
    headers: [...(view.withNamespace ? ['NAMESPACE'] : []), ...headers, ...(view.withLabels ? ['LABELS'] : [])],
    rows: rows.map(cellsOf),
  };
}

function cellText(cell: unknown): string {
  if (cell === null || cell === undefined) return '<none>';
  return typeof cell === 'object' ? JSON.stringify(cell) : String(cell);
}
