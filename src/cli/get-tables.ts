import type { BGPConfiguration } from '../api/calico-bgp.ts';
import { bgpConfigurations, calicoNodes } from '../api/kinds.ts';
import { hasCode } from '../base/errors.ts';
import type { HttpCluster } from '../datastore/http-cluster.ts';
import type { ColumnFacts } from './calico-columns.ts';
import { calicoTable, type TableView } from './calico-table.ts';
import { type CommandInput, flag, textOption } from './command.ts';
import { fetchObjects, missingText } from './fetch-objects.ts';
import type { GetRequest } from './get-requests.ts';
import { kindReference } from './print-objects.ts';
import { readTable, type ServerTable, serverTableBlock, type TableRow, tableRows } from './server-table.ts';
import { sortRows } from './sort-objects.ts';
import { formatTable } from './table.ts';
import type { TableBlock } from './table-block.ts';
import { usageError } from './usage-error.ts';

/** AS number of a cluster that has none configured. */
const defaultAsNumber = 64_512;

/** The tables of what was asked for, and a sentence for each name that does not exist. */
export interface Tables {
  readonly tables: readonly TableBlock[];
  readonly missing: readonly string[];
}

/** Makes a table of each kind: calicoctl's for Calico's kinds, the server's for all others. */
export async function makeTables(
  input: CommandInput,
  cluster: HttpCluster,
  requests: readonly GetRequest[],
  wide: boolean,
): Promise<Tables> {
  const tables: TableBlock[] = [];
  const missing: string[] = [];
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
  return { tables, missing };
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
  const { options } = input;
  const sortBy = textOption(options, 'sort-by');
  const place = namespace === undefined ? {} : { namespace };
  const labelSelector = textOption(options, 'selector');
  const fieldSelector = textOption(options, 'field-selector');
  const selectors = {
    ...(labelSelector === undefined ? {} : { labelSelector }),
    ...(fieldSelector === undefined ? {} : { fieldSelector }),
  };
  if (names.length > 0 && labelSelector !== undefined)
    throw usageError('A name and a selector cannot be used together');
  const targets = names.length === 0 ? [{ ...place, ...selectors }] : names.map((name) => ({ ...place, name }));
  const answers = await Promise.all(
    targets.map(async (target) => {
      try {
        return await readTable(cluster, kind, target, sortBy !== undefined);
      } catch (error) {
        if (!('name' in target) || !hasCode(error, 'API_NOT_FOUND')) throw error;
        missing.push(missingText({ kind, namespace: kind.namespaced ? namespace : undefined }, target.name));
        return undefined;
      }
    }),
  );
  const found = answers.filter((answer): answer is ServerTable => answer !== undefined);
  const rows: readonly TableRow[] = sortRows(found.flatMap(tableRows), sortBy);
  return serverTableBlock(found[0] ?? {}, rows, serverView(input, wide, kind.namespaced), prefix);
}

/** Prints tables, an empty line between those of kubectl's style; says so when there is nothing at all. */
export async function printTables(
  { io, options }: CommandInput,
  cluster: HttpCluster,
  requests: readonly GetRequest[],
  tables: readonly TableBlock[],
): Promise<void> {
  const named = requests.some(({ names }) => names.length > 0);
  if (tables.length === 0 && !named) {
    const everywhere = requests.every(({ namespace }) => namespace === undefined);
    const namespace = requests.find((request) => request.namespace !== undefined)?.namespace ?? cluster.namespace;
    io.err(everywhere ? 'No resources found\n' : `No resources found in ${namespace} namespace.\n`);
  }
  for (const [index, { style, headers, rows }] of tables.entries()) {
    if (tables[index - 1]?.style === 'kubectl') io.out('\n');
    io.out(formatTable(flag(options, 'no-headers') ? rows : [headers, ...rows], style));
  }
}
