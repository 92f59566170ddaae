import type { BGPConfiguration } from '../api/calico-bgp.ts';
import { bgpConfigurations, calicoNodes } from '../api/kinds.ts';
import { hasCode } from '../base/errors.ts';
import type { HttpCluster } from '../datastore/http-cluster.ts';
import type { ColumnFacts } from './calico-columns.ts';
import { calicoTable, type TableView } from './calico-table.ts';
import { type CommandInput, flag, textOption } from './command.ts';
import { fetchObjects, missingText } from './fetch-objects.ts';
import { type GetRequest, listOptionsOf } from './get-requests.ts';
import { kindReference } from './print-objects.ts';
import { readTable, serverTableBlock, tableRows } from './server-table.ts';
import { sortRows } from './sort-objects.ts';
import { formatTable, type TableBlock } from './table.ts';

/** AS number of a cluster that has none configured. */
const defaultAsNumber = 64_512;

/**
 * Shows a table of each kind: calicoctl's for Calico's kinds, the server's for all others. Says so when there is nothing
 * at all; a sentence for each name that does not exist is added to `missing`.
 */
export async function showTables(
  input: CommandInput,
  cluster: HttpCluster,
  requests: readonly GetRequest[],
  wide: boolean,
  missing: string[],
): Promise<void> {
  const tables: TableBlock[] = [];
  const kinds = new Set(requests.map(({ kind }) => kind));
  for (const request of requests) {
    if (request.kind.group === 'projectcalico.org') {
      const { kind, objects } = await fetchObjects(input, cluster, request, missing);
      // Nothing but names that do not exist: what is said of them is enough.
      if (objects.length === 0 && request.names.length > 0) continue;
      const facts = await columnFacts(cluster, kind === calicoNodes && wide);
      tables.push(calicoTable(kind, objects, calicoView(input, wide), facts));
      continue;
    }
    const prefix = kinds.size > 1 ? `${kindReference(request.kind)}/` : '';
    const block = await serverTable(input, cluster, request, { wide, prefix }, missing);
    if (block.rows.length > 0) tables.push(block);
  }
  const { io, options } = input;
  if (tables.length === 0 && requests.every(({ names }) => names.length === 0)) {
    const namespace = requests.find((request) => request.namespace !== undefined)?.namespace;
    io.err(`No resources found${namespace === undefined ? '' : ` in ${namespace} namespace.`}\n`);
  }
  io.out(formatTables(tables, !flag(options, 'no-headers')));
}

/** Tables below each other, an empty line between those of kubectl's style. */
export function formatTables(tables: readonly TableBlock[], withHeaders: boolean): string {
  return tables
    .map(({ style, headers, rows }, index) => {
      const gap = tables[index - 1]?.style === 'kubectl' ? '\n' : '';
      return gap + formatTable(withHeaders ? [headers, ...rows] : rows, style);
    })
    .join('');
}

/** With -n or -A calicoctl shows the namespace. */
export function calicoView({ options }: CommandInput, wide: boolean): TableView {
  return {
    wide,
    withNamespace: flag(options, 'all-namespaces') || textOption(options, 'namespace') !== undefined,
    withLabels: flag(options, 'show-labels'),
  };
}

/** What the cells of nodes depend on; asked for only when they are shown. */
export async function columnFacts(cluster: HttpCluster, wanted: boolean): Promise<ColumnFacts> {
  if (!wanted) return { asNumber: defaultAsNumber };
  try {
    const configuration: BGPConfiguration | undefined = await cluster.get(bgpConfigurations, 'default');
    return { asNumber: Number(configuration?.spec.asNumber ?? defaultAsNumber) };
  } catch {
    return { asNumber: defaultAsNumber };
  }
}

/** With -A kubectl shows the namespace. */
export function serverView({ options }: CommandInput, wide: boolean, namespaced: boolean): TableView {
  return {
    wide,
    withNamespace: namespaced && flag(options, 'all-namespaces'),
    withLabels: flag(options, 'show-labels'),
  };
}

async function serverTable(
  input: CommandInput,
  cluster: HttpCluster,
  request: GetRequest,
  { wide, prefix }: { readonly wide: boolean; readonly prefix: string },
  missing: string[],
): Promise<TableBlock> {
  const { kind, names, namespace } = request;
  const sortBy = textOption(input.options, 'sort-by');
  const targets = names.length === 0 ? [listOptionsOf(input, request)] : names.map((name) => ({ namespace, name }));
  const answers = await Promise.all(
    targets.map(async (target) => {
      try {
        return [await readTable(cluster, kind, target, sortBy !== undefined)];
      } catch (error) {
        if (!('name' in target) || !hasCode(error, 'API_NOT_FOUND')) throw error;
        missing.push(missingText(request, target.name));
        return [];
      }
    }),
  );
  const found = answers.flat();
  const rows = sortRows(found.flatMap(tableRows), sortBy);
  return serverTableBlock(found[0] ?? {}, rows, serverView(input, wide, kind.namespaced), prefix);
}
