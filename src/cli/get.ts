import type { Kind, KubernetesObject } from '../api/meta.ts';
import { withType } from '../api/meta.ts';
import { WeftError } from '../base/errors.ts';
import type { HttpCluster } from '../datastore/http-cluster.ts';
import { type CommandInput, flag, textOption } from './command.ts';
import { findKind, kindOfObject } from './find-kind.ts';
import { exported, formatObject, objectReference } from './print-objects.ts';
import { type Column, formatTable, type TableStyle } from './table.ts';
import { nearest, usageError } from './usage-error.ts';

type AnyKind = Kind<KubernetesObject>;

/** What was found of one kind. */
interface Found {
  readonly kind: AnyKind;
  readonly objects: readonly KubernetesObject[];
  readonly resourceVersion?: string;
}

const formats = ['yaml', 'json', 'wide', 'name'];

/** `weft get KIND [NAME...]`: table, YAML, JSON or names. Kinds may be a list: `pods,services`. */
export async function run(input: CommandInput): Promise<number> {
  const format = textOption(input.options, 'output') ?? 'table';
  if (format !== 'table' && !formats.includes(format)) {
    const near = nearest(format, formats);
    const choices = near === undefined ? `one of ${formats.join(', ')} needed` : `did you mean "${near}"?`;
    throw usageError(`Unknown output format "${format}", ${choices}`);
  }
  const requests = await readRequests(input);
  const cluster = await input.connect();
  const found: Found[] = [];
  for (const { kind, names } of requests) {
    found.push(names.length === 0 ? await list(input, cluster, kind) : await getEach(input, cluster, kind, names));
  }
  await print(
    input,
    found,
    format,
    requests.some(({ names }) => names.length > 0),
  );
  return 0;
}

interface Request {
  readonly kind: AnyKind;
  readonly names: readonly string[];
}

async function readRequests({ args, options, io, connect }: CommandInput): Promise<readonly Request[]> {
  const files = options.filename as readonly string[] | undefined;
  if (files !== undefined) {
    const { readManifests } = await import('./read-manifests.ts');
    const objects = await readManifests(files, io);
    return Promise.all(
      objects.map(async (object) => ({ kind: await kindOfObject(object, connect), names: [object.metadata.name] })),
    );
  }
  const [words, ...names] = args;
  if (words === undefined) throw usageError('No kind given; usage: weft get KIND [NAME...]');
  if (words.includes('/')) {
    return Promise.all(
      args.map(async (reference) => {
        const [word = '', name = ''] = reference.split('/');
        return { kind: await findKind(word, connect), names: [name] };
      }),
    );
  }
  const requests: Request[] = [];
  for (const word of words.split(',')) requests.push({ kind: await findKind(word, connect), names });
  return requests;
}

async function list({ options }: CommandInput, cluster: HttpCluster, kind: AnyKind): Promise<Found> {
  const labelSelector = textOption(options, 'selector');
  const fieldSelector = textOption(options, 'field-selector');
  const { items, resourceVersion } = await cluster.list(kind, {
    ...(kind.namespaced && !flag(options, 'all-namespaces') ? { namespace: cluster.namespace } : {}),
    ...(labelSelector === undefined ? {} : { labelSelector }),
    ...(fieldSelector === undefined ? {} : { fieldSelector }),
  });
  return { kind, objects: items, resourceVersion };
}

async function getEach(
  { options }: CommandInput,
  cluster: HttpCluster,
  kind: AnyKind,
  names: readonly string[],
): Promise<Found> {
  if (flag(options, 'all-namespaces') && kind.namespaced) {
    throw usageError(`A ${kind.kind} cannot be named across all namespaces; -n NS needed`);
  }
  const objects = await Promise.all(
    names.map(async (name) => {
      const object = await cluster.get(kind, name);
      if (object !== undefined) return flag(options, 'export') ? exported(object) : object;
      const key = kind.namespaced ? `${cluster.namespace}/${name}` : name;
      throw new WeftError('API_NOT_FOUND', `resource does not exist: ${kind.kind}(${key})`);
    }),
  );
  return { kind, objects };
}

async function print(input: CommandInput, found: readonly Found[], format: string, named: boolean): Promise<void> {
  const { io } = input;
  if (format === 'name') {
    for (const { kind, objects } of found) {
      for (const { metadata } of objects) io.out(`${objectReference(kind, metadata.name)}\n`);
    }
  } else if (format === 'json' || format === 'yaml') {
    io.out(await formatObject(document(found, named), format));
  } else await printTables(input, found, format === 'wide');
}

/** One named object as it is; several, or a whole kind, as a list. */
function document(found: readonly Found[], named: boolean): unknown {
  const objects = found.flatMap(({ kind, objects: some }) => some.map((object) => withType(kind, object)));
  if (named && objects.length === 1) return objects[0];
  const [first] = found;
  const metadata = { resourceVersion: first?.resourceVersion ?? '' };
  if (found.length === 1 && first !== undefined && first.kind.group === 'projectcalico.org') {
    return { apiVersion: 'projectcalico.org/v3', kind: `${first.kind.kind}List`, metadata, items: objects };
  }
  return { apiVersion: 'v1', kind: 'List', metadata: { resourceVersion: '' }, items: objects };
}

async function printTables({ io, options, connect }: CommandInput, found: readonly Found[], wide: boolean) {
  const cluster = await connect();
  const filled = found.filter(({ kind, objects }) => objects.length > 0 || kind.group === 'projectcalico.org');
  if (filled.length === 0) {
    const everywhere = flag(options, 'all-namespaces') || found.every(({ kind }) => !kind.namespaced);
    io.err(everywhere ? 'No resources found\n' : `No resources found in ${cluster.namespace} namespace.\n`);
  }
  for (const [index, { kind, objects }] of filled.entries()) {
    const [all, style] = await columnsOf(kind, flag(options, 'all-namespaces'));
    const shown = all.filter(({ only }) => only === undefined || only === (wide ? 'wide' : 'default'));
    const nowMs = Date.now();
    const rows = objects.map((object) => shown.map(({ value }) => value(object, nowMs)));
    const headers = flag(options, 'no-headers') ? [] : [shown.map(({ header }) => header)];
    if (index > 0 && style === 'kubectl') io.out('\n');
    io.out(formatTable([...headers, ...rows], style));
  }
}

async function columnsOf(kind: AnyKind, allNamespaces: boolean): Promise<[readonly Column[], TableStyle]> {
  const calico = kind.group === 'projectcalico.org' ? (await import('./calico-columns.ts')).calicoColumns : undefined;
  const own = calico?.[kind.plural];
  if (own !== undefined) return [own, 'calicoctl'];
  const { kubernetesColumns, namespaceColumn, plainColumns } = await import('./kubernetes-columns.ts');
  const columns = (calico === undefined ? kubernetesColumns[kind.plural] : undefined) ?? plainColumns;
  return [allNamespaces && kind.namespaced ? [namespaceColumn, ...columns] : columns, 'kubectl'];
}
