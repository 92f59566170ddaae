import { calicoNodes } from '../api/kinds.ts';
import { WeftError } from '../base/errors.ts';
import type { HttpCluster } from '../datastore/http-cluster.ts';
import { calicoCustomTable } from './calico-table.ts';
import { type CommandInput, flag, textOption } from './command.ts';
import { fetchObjects } from './fetch-objects.ts';
import { readRequests } from './get-requests.ts';
import { columnFacts, formatTables, showTables } from './get-tables.ts';
import { type OutputFormat, parseOutputFormat } from './output-format.ts';
import { document, type Found, formatObject, objectReference } from './print-objects.ts';
import type { TableBlock } from './table.ts';
import { usageError } from './usage-error.ts';

/** `weft get KIND [NAME...]`: a table, YAML, JSON, names, columns, templates. Kinds may be a list: `pods,services`. */
export async function run(input: CommandInput): Promise<number> {
  const { options, io } = input;
  const format = parseOutputFormat(textOption(options, 'output'));
  // Before anything is read: a mistake in a template is told at once.
  const textOf = format.kind === 'table' ? undefined : await formatterOf(format);
  const requests = await readRequests(input);
  const cluster = await input.connect();
  if (flag(options, 'watch') || flag(options, 'watch-only')) {
    const { watchResources } = await import('./watch-resources.ts');
    return watchResources(input, cluster, requests, format);
  }
  const named = requests.some(({ names }) => names.length > 0);
  if (named && options.selector !== undefined) throw usageError('A name and a selector cannot be used together');
  const missing: string[] = [];
  if (textOf === undefined) {
    await showTables(input, cluster, requests, format.kind === 'table' && format.wide, missing);
  } else {
    const found: Found[] = [];
    for (const request of requests) found.push(await fetchObjects(input, cluster, request, missing));
    // Nothing but names that do not exist: an empty list would look like an answer.
    const some = missing.length === 0 || found.some(({ objects }) => objects.length > 0);
    if (some) io.out(await textOf(found, { named, cluster, withHeaders: !flag(options, 'no-headers') }));
  }
  // What was not there is said behind what was, as calicoctl and kubectl do.
  if (missing.length === 0 || flag(options, 'ignore-not-found')) return 0;
  throw new WeftError('CLI_FAILED', missing.join('\n'));
}

/** How objects are to be shown. */
interface View {
  /** Names were given. */
  readonly named: boolean;
  readonly cluster: HttpCluster;
  readonly withHeaders: boolean;
}

type Formatter = (found: readonly Found[], view: View) => string | Promise<string>;

async function formatterOf(format: Exclude<OutputFormat, { kind: 'table' }>): Promise<Formatter> {
  switch (format.kind) {
    case 'name':
      return (found) =>
        found
          .flatMap(({ kind, objects }) => objects.map(({ metadata }) => `${objectReference(kind, metadata.name)}\n`))
          .join('');
    case 'yaml':
    case 'json':
      return (found, { named }) => formatObject(document(found, named), format.kind);
    case 'go-template': {
      const { compileTemplate } = await import('./go-template/execute-template.ts');
      let asNumber: number | undefined;
      const template = compileTemplate(format.template, { config: () => asNumber });
      return async (found, { named, cluster }) => {
        ({ asNumber } = await columnFacts(cluster, /\bconfig\b/.test(format.template)));
        return template(document(found, named));
      };
    }
    case 'jsonpath': {
      const template = (await import('./json-path-template.ts')).compileJsonPathTemplate(format.template);
      return (found, { named }) => template(document(found, named));
    }
    case 'custom-columns':
      return format.spec.includes(':') ? pathColumns(format) : headingColumns(format.spec.split(','));
    case 'custom-columns-file':
      return pathColumns(format);
  }
}

async function pathColumns(format: OutputFormat & { kind: `custom-columns${string}` }): Promise<Formatter> {
  const { parseColumnsFile, parseCustomColumns, customTable } = await import('./custom-columns.ts');
  const columns = format.kind === 'custom-columns' ? parseCustomColumns(format.spec) : parseColumnsFile(format.text);
  return (found, { withHeaders }) => {
    const objects = found.flatMap((one) => one.objects);
    return formatTables([customTable(columns, objects)], withHeaders);
  };
}

function headingColumns(headings: readonly string[]): Formatter {
  return async (found, { cluster, withHeaders }) => {
    const blocks: TableBlock[] = [];
    for (const { kind, objects } of found) {
      if (kind.group !== 'projectcalico.org') {
        throw usageError(`${kind.kind} has no headings of its own: -o custom-columns=HEADING:.path needed`);
      }
      blocks.push(calicoCustomTable(kind, objects, headings, await columnFacts(cluster, kind === calicoNodes)));
    }
    return formatTables(blocks, withHeaders);
  };
}
