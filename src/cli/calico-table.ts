import type { Kind, KubernetesObject } from '../api/meta.ts';
import {
  type CalicoColumn,
  type CalicoColumns,
  type ColumnFacts,
  calicoColumns,
  namespaceColumn,
} from './calico-columns.ts';
import type { TableBlock } from './table.ts';
import { usageError } from './usage-error.ts';

/** Which columns of a table are shown. */
export interface TableView {
  readonly wide: boolean;
  /** The namespace comes first. */
  readonly withNamespace: boolean;
  /** The labels come last. */
  readonly withLabels: boolean;
}

/** The table calicoctl shows of objects of a kind. */
export function calicoTable(
  kind: Kind<KubernetesObject>,
  objects: readonly KubernetesObject[],
  view: TableView,
  facts: ColumnFacts,
): TableBlock {
  const { plain, wide } = columnsOf(kind);
  const namespace = view.withNamespace && kind.namespaced ? [namespaceColumn] : [];
  const labels: readonly CalicoColumn[] = view.withLabels
    ? [{ header: 'LABELS', value: ({ metadata }) => labelsText(metadata.labels) }]
    : [];
  return block([...namespace, ...(view.wide ? wide : plain), ...labels], objects, facts);
}

/**
 * The columns asked for by their headings, as calicoctl's `custom-columns=NAME,CIDR` has them.
 *
 * @throws WeftError CLI_USAGE naming the headings there are
 */
export function calicoCustomTable(
  kind: Kind<KubernetesObject>,
  objects: readonly KubernetesObject[],
  headings: readonly string[],
  facts: ColumnFacts,
): TableBlock {
  const { plain, wide, more = [] } = columnsOf(kind);
  const known = [...wide, ...plain, ...more, ...(kind.namespaced ? [namespaceColumn] : [])];
  const columns = headings.map((heading) => {
    const found = known.find(({ header }) => header === heading.trim().toUpperCase());
    if (found !== undefined) return found;
    const names = [...new Set(known.map(({ header }) => header))].join(', ');
    throw usageError(`Unknown column "${heading}" of ${kind.kind}, some of ${names} needed, or HEADING:.path`);
  });
  return block(columns, objects, facts);
}

function columnsOf(kind: Kind<KubernetesObject>): CalicoColumns {
  const name: CalicoColumn = { header: 'NAME', value: ({ metadata }) => metadata.name };
  return calicoColumns[kind.plural] ?? { plain: [name], wide: [name] };
}

function block(columns: readonly CalicoColumn[], objects: readonly KubernetesObject[], facts: ColumnFacts): TableBlock {
  const rows = objects.map((object) => columns.map(({ value }) => value(object, facts)));
  return { style: 'calicoctl', headers: columns.map(({ header }) => header), rows };
}

/** `a=b,c=d`, or `<none>`. */
export function labelsText(labels: Readonly<Record<string, string>> | undefined): string {
  const entries = Object.entries(labels ?? {}).sort(([a], [b]) => (a < b ? -1 : 1));
  return entries.length === 0 ? '<none>' : entries.map(([key, value]) => `${key}=${value}`).join(',');
}
