import { calicoNodes } from '../api/kinds.ts';
import { WeftError } from '../base/errors.ts';
import type { HttpCluster } from '../datastore/http-cluster.ts';
import { type CommandInput, flag, textOption } from './command.ts';
import { fetchObjects } from './fetch-objects.ts';
import { readRequests } from './get-requests.ts';
import { makeTables, printTables } from './get-tables.ts';
import { type OutputFormat, parseOutputFormat } from './output-format.ts';
import { document, type Found, formatObject, objectReference } from './print-objects.ts';
import type { TableBlock } from './table-block.ts';
import { usageError } from './usage-error.ts';

/** `weft get KIND [NAME...]`: a table, YAML, JSON, names, columns, templates. Kinds may be a list: `pods,services`. */
export async function run(input: CommandInput): Promise<number> {
  const format = parseOutputFormat(textOption(input.options, 'output'));
  const print = await printerOf(format);
  const requests = await readRequests(input);
  const cluster = await input.connect();
  if (flag(input.options, 'watch') || flag(input.options, 'watch-only')) {
    const { watchResources } = await import('./watch-resources.ts');
    return watchResources(input, cluster, requests, format);
  }
  if (format.kind === 'table') {
    const { tables, missing } = await makeTables(input, cluster, requests, format.wide);
    await printTables(input, cluster, requests, tables);
    return report(input, missing);
  }
  const found: Found[] = [];
  const missing: string[] = [];
  for (const request of requests) found.push(await fetchObjects(input, cluster, request, missing));
  await print(
    input,
    cluster,
    found,
    requests.some(({ names }) => names.length > 0),
  );
  return report(input, missing);
}

/** What was not there is said behind what was, as calicoctl and kubectl do. */
function report({ options }: CommandInput, missing: readonly string[]): number {
  if (missing.length === 0 || flag(options, 'ignore-not-found')) return 0;
  throw new WeftError('CLI_FAILED', missing.join('\n'));
}

type Printer = (input: CommandInput, cluster: HttpCluster, found: readonly Found[], named: boolean) => Promise<void>;

/** How to print, found before anything is read: a mistake in a template is told at once. */
async function printerOf(format: OutputFormat): Promise<Printer> {
  switch (format.kind) {
    case 'name':
      return async ({ io }, _cluster, found) => {
        for (const { kind, objects } of found) {
          for (const { metadata } of objects) io.out(`${objectReference(kind, metadata.name)}\n`);
        }
      };
    case 'yaml':
    case 'json': {
      const { kind } = format;
      return async ({ io }, _cluster, found, named) => io.out(await formatObject(document(found, named), kind));
    }
    case 'go-template': {
      const template = (await import('./go-template/execute-template.ts')).compileTemplate(format.template);
      return async ({ io }, _cluster, found, named) => io.out(template(document(found, named)));
    }
    case 'jsonpath': {
      const template = (await import('./json-path-template.ts')).compileJsonPathTemplate(format.template);
      return async ({ io }, _cluster, found, named) => io.out(template(document(found, named)));
    }
    case 'custom-columns':
    case 'custom-columns-file':
      return columnsPrinter(format);
    case 'table':
      return async () => {};
  }
}

async function columnsPrinter(
  format: OutputFormat & { kind: 'custom-columns' | 'custom-columns-file' },
): Promise<Printer> {
  const { parseColumnsFile, parseCustomColumns, customTable } = await import('./custom-columns.ts');
  const byPath = format.kind === 'custom-columns-file' || format.spec.includes(':');
  if (byPath) {
    const columns =
      format.kind === 'custom-columns-file' ? parseColumnsFile(format.text) : parseCustomColumns(format.spec);
    return async (input, cluster, found) => {
      const objects = found.flatMap((one) => one.objects);
      await printTables(input, cluster, [], [customTable(columns, objects)]);
    };
  }
  const headings = format.spec.split(',');
  return async (input, cluster, found) => {
    const { calicoCustomTable } = await import('./calico-table.ts');
    const { columnFacts } = await import('./get-tables.ts');
    const blocks: TableBlock[] = [];
    for (const { kind, objects } of found) {
      if (kind.group !== 'projectcalico.org') {
        throw usageError(`${kind.kind} has no headings of its own: -o custom-columns=HEADING:.path needed`);
      }
      blocks.push(calicoCustomTable(kind, objects, headings, await columnFacts(cluster, kind === calicoNodes)));
    }
    await printTables(input, cluster, [], blocks);
  };
}
