import { setTimeout as sleep } from 'node:timers/promises';
import { calicoNodes } from '../api/kinds.ts';
import { type KubernetesObject, withType } from '../api/meta.ts';
import { hasCode } from '../base/errors.ts';
import { type ListOptions, tableAccept, type WatchEvent } from '../datastore/cluster.ts';
import type { HttpCluster } from '../datastore/http-cluster.ts';
import { accessTo } from './access/access-to.ts';
import { calicoTable } from './calico-table.ts';
import { type CommandInput, flag } from './command.ts';
import { type GetRequest, listOptionsOf } from './get-requests.ts';
import { calicoView, columnFacts, serverView } from './get-tables.ts';
import type { OutputFormat } from './output-format.ts';
import { formatObject, objectReference, shown } from './print-objects.ts';
import { readTable, type ServerTable, serverTableBlock, tableRows } from './server-table.ts';
import { formatTable, type TableBlock, tableWidths } from './table.ts';
import { usageError } from './usage-error.ts';

/** Before a watch that the server has ended is taken up again. */
const pauseMs = 200;

/** Prints what changes of one kind, until the command is ended. A watch the server ends is taken up again. */
export async function watchResources(
  input: CommandInput,
  cluster: HttpCluster,
  requests: readonly GetRequest[],
  format: OutputFormat,
): Promise<number> {
  const [request, another] = requests;
  if (request === undefined || another !== undefined || request.names.length > 1) {
    throw usageError('Only one kind, or one resource, can be watched at a time');
  }
  if (!['table', 'yaml', 'json', 'name'].includes(format.kind)) {
    throw usageError(`Cannot watch with -o ${format.kind}, a table, yaml, json or name needed`);
  }
  const options = watchOptions(input, request);
  const printing =
    format.kind === 'table'
      ? await tablePrinting(input, cluster, request, options, format.wide)
      : await objectPrinting(input, cluster, request, options, format.kind === 'json' ? 'json' : format.kind);
  await follow(printing, options.signal);
  return 0;
}

function watchOptions(input: CommandInput, request: GetRequest): ListOptions {
  const options = listOptionsOf(input, request);
  const fields = [options.fieldSelector, ...request.names.map((name) => `metadata.name=${name}`)];
  const fieldSelector = fields.filter((field) => field !== undefined).join(',') || undefined;
  return { ...options, fieldSelector, signal: input.io.signal };
}

/** A way to show a kind and what happens to it. */
interface Printing {
  /** Shows everything there is; resolves with the version to watch from. */
  list(again: boolean): Promise<string>;
  watch(resourceVersion: string): AsyncIterable<WatchEvent<KubernetesObject>>;
  show(event: WatchEvent<KubernetesObject>): Promise<void>;
}

async function follow(printing: Printing, signal: AbortSignal | undefined): Promise<void> {
  let version = await printing.list(false);
  while (signal?.aborted !== true) {
    try {
      for await (const event of printing.watch(version)) {
        version = event.object.metadata?.resourceVersion ?? version;
        if (event.type !== 'BOOKMARK') await printing.show(event);
      }
      await sleep(pauseMs);
    } catch (error) {
      if (!hasCode(error, 'API_EXPIRED')) throw error;
      version = await printing.list(true);
    }
  }
}

async function objectPrinting(
  { io, options }: CommandInput,
  cluster: HttpCluster,
  { kind }: GetRequest,
  listOptions: ListOptions,
  format: string,
): Promise<Printing> {
  const access = await accessTo(cluster, kind);
  const show = async (object: KubernetesObject): Promise<void> => {
    if (format === 'name') io.out(`${objectReference(kind, object.metadata.name)}\n`);
    else
      io.out(
        (format === 'yaml' ? '---\n' : '') +
          (await formatObject(shown(withType(kind, object)), format === 'json' ? 'json' : 'yaml')),
      );
  };
  return {
    list: async (again) => {
      const { items, resourceVersion } = await access.list(listOptions);
      if (!again && !flag(options, 'watch-only')) for (const item of items) await show(item);
      return resourceVersion;
    },
    watch: (resourceVersion) => access.watch(resourceVersion, listOptions),
    show: ({ object }) => show(object),
  };
}

async function tablePrinting(
  input: CommandInput,
  cluster: HttpCluster,
  request: GetRequest,
  listOptions: ListOptions,
  wide: boolean,
): Promise<Printing> {
  const { io, options } = input;
  const { kind } = request;
  let widths: readonly number[] = [];
  const print = (block: TableBlock, withHeaders: boolean): void => {
    const rows = withHeaders && !flag(options, 'no-headers') ? [block.headers, ...block.rows] : block.rows;
    widths = tableWidths(rows, block.style, widths);
    io.out(formatTable(rows, block.style, widths).replace(/\n\n$/, '\n'));
  };
  if (kind.group === 'projectcalico.org') {
    const access = await accessTo(cluster, kind);
    const facts = await columnFacts(cluster, kind === calicoNodes && wide);
    const table = (objects: readonly KubernetesObject[]) => calicoTable(kind, objects, calicoView(input, wide), facts);
    return {
      list: async (again) => {
        const { items, resourceVersion } = await access.list(listOptions);
        if (!again) print(table(flag(options, 'watch-only') ? [] : items), true);
        return resourceVersion;
      },
      watch: (resourceVersion) => access.watch(resourceVersion, listOptions),
      show: async ({ object }) => print(table([object]), false),
    };
  }
  const view = serverView(input, wide, kind.namespaced);
  let first: ServerTable | undefined;
  const show = (table: ServerTable, withHeaders: boolean): void => {
    first = (table.columnDefinitions ?? []).length === 0 ? first : table;
    const rows = tableRows(table);
    print(serverTableBlock(table.kind === 'Table' ? (first ?? table) : table, rows, view), withHeaders);
  };
  return {
    list: async (again) => {
      const table = await readTable(cluster, kind, listOptions, false);
      if (!again) show(flag(options, 'watch-only') ? { ...table, rows: [] } : table, true);
      return table.metadata?.resourceVersion ?? '';
    },
    watch: (resourceVersion) => cluster.watch(kind, resourceVersion, { ...listOptions, accept: tableAccept }),
    show: async ({ object }) => show(object as ServerTable, false),
  };
}
