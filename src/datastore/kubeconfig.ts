import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { errorText, WeftError } from '../base/errors.ts';
import { fileErrorText } from '../base/file-error-text.ts';
import { isRecord } from '../base/is-record.ts';

/** A kubeconfig's cluster entry, file names made absolute. */
export interface KubeconfigCluster {
  readonly server?: string;
  readonly 'certificate-authority'?: string;
  readonly 'certificate-authority-data'?: string;
  readonly 'insecure-skip-tls-verify'?: boolean;
  readonly 'tls-server-name'?: string;
  readonly 'proxy-url'?: string;
}

/** A kubeconfig's user entry, file names made absolute. */
export interface KubeconfigUser {
  readonly 'client-certificate'?: string;
  readonly 'client-certificate-data'?: string;
  readonly 'client-key'?: string;
  readonly 'client-key-data'?: string;
  readonly token?: string;
  readonly tokenFile?: string;
  readonly username?: string;
  readonly password?: string;
  readonly as?: string;
  readonly 'as-uid'?: string;
  readonly 'as-groups'?: readonly string[];
  readonly exec?: ExecConfig;
  readonly 'auth-provider'?: { readonly name?: string };
}

/** How to run a credential plugin. */
export interface ExecConfig {
  readonly apiVersion?: string;
  readonly command: string;
  readonly args?: readonly string[] | null;
  readonly env?: readonly { readonly name: string; readonly value: string }[] | null;
  readonly installHint?: string;
  readonly provideClusterInfo?: boolean;
}

/** A kubeconfig's context entry. */
export interface KubeconfigContext {
  readonly cluster?: string;
  readonly user?: string;
  readonly namespace?: string;
}

/** One kubeconfig, or several merged. */
export interface Kubeconfig {
  /** The files it was read from. */
  readonly files: readonly string[];
  readonly currentContext?: string;
  readonly clusters: ReadonlyMap<string, KubeconfigCluster>;
  readonly users: ReadonlyMap<string, KubeconfigUser>;
  readonly contexts: ReadonlyMap<string, KubeconfigContext>;
}

/**
 * Reads and merges kubeconfig files as kubectl does: the first file that has an entry or a current context wins.
 *
 * @param paths of several (KUBECONFIG lists) those that do not exist are passed over, but for all of them
 * @throws WeftError KUBECONFIG_UNREADABLE naming the file and what is wrong with it
 */
export async function loadKubeconfig(paths: readonly string[]): Promise<Kubeconfig> {
  const texts = paths.flatMap((path): readonly [string, string][] => {
    try {
      return [[path, readFileSync(path, 'utf8')]];
    } catch (error) {
      if (paths.length > 1 && (error as NodeJS.ErrnoException).code === 'ENOENT') return [];
      throw unreadable(path, fileErrorText(error));
    }
  });
  if (texts.length === 0) throw unreadable(paths.join(':'), 'none of these files exists');
  const configs: Kubeconfig[] = [];
  for (const [path, text] of texts) configs.push(await parseKubeconfig(path, text));
  return mergeKubeconfigs(configs);
}

/**
 * Reads the text of one kubeconfig.
 *
 * @param source stands for the path in messages
 * @throws WeftError KUBECONFIG_UNREADABLE
 */
export async function parseKubeconfig(source: string, text: string): Promise<Kubeconfig> {
  return readConfig(source, await parseDocument(source, text));
}

/** Merges: the first one that has a name wins. */
function mergeKubeconfigs(configs: readonly Kubeconfig[]): Kubeconfig {
  const currentContext = configs.find((config) => config.currentContext !== undefined)?.currentContext;
  const merge = <T>(maps: readonly ReadonlyMap<string, T>[]): ReadonlyMap<string, T> =>
    new Map(maps.toReversed().flatMap((map) => [...map]));
  return {
    files: configs.flatMap(({ files }) => files),
    ...(currentContext === undefined ? {} : { currentContext }),
    clusters: merge(configs.map(({ clusters }) => clusters)),
    users: merge(configs.map(({ users }) => users)),
    contexts: merge(configs.map(({ contexts }) => contexts)),
  };
}

// JSON is YAML, and reading it needs no parser to be loaded.
async function parseDocument(path: string, text: string): Promise<Readonly<Record<string, unknown>>> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    const { parse } = await import('yaml');
    try {
      value = parse(text);
    } catch (error) {
      throw unreadable(path, `${(errorText(error).split('\n')[0] ?? '').replace(/:$/, '')}, valid YAML needed`);
    }
  }
  if (!isRecord(value)) {
    throw unreadable(path, `${value === null ? 'an empty document' : `a ${typeof value}`} found, kind Config needed`);
  }
  return value;
}

function readConfig(path: string, document: Readonly<Record<string, unknown>>): Kubeconfig {
  const current = document['current-context'];
  return {
    files: [path],
    ...(typeof current === 'string' && current !== '' ? { currentContext: current } : {}),
    clusters: readEntries<KubeconfigCluster>(path, document, 'clusters', 'cluster', ['certificate-authority']),
    users: readEntries<KubeconfigUser>(path, document, 'users', 'user', [
      'client-certificate',
      'client-key',
      'tokenFile',
    ]),
    contexts: readEntries<KubeconfigContext>(path, document, 'contexts', 'context', []),
  };
}

function readEntries<T>(
  path: string,
  document: Readonly<Record<string, unknown>>,
  listKey: string,
  entryKey: string,
  fileKeys: readonly string[],
): ReadonlyMap<string, T> {
  const list = document[listKey] ?? [];
  if (!Array.isArray(list)) throw unreadable(path, `"${listKey}" is not a list`);
  const entries = new Map<string, T>();
  for (const item of list as readonly Readonly<Record<string, unknown>>[]) {
    const { name } = item ?? {};
    if (typeof name !== 'string') throw unreadable(path, `an entry of "${listKey}" has no name`);
    const entry: Record<string, unknown> = { ...(item[entryKey] as object | undefined) };
    for (const key of fileKeys) {
      const file = entry[key];
      if (typeof file === 'string' && file !== '') entry[key] = resolve(dirname(path), file);
    }
    if (!entries.has(name)) entries.set(name, entry as T);
  }
  return entries;
}

function unreadable(path: string, problem: string): WeftError {
  return new WeftError('KUBECONFIG_UNREADABLE', `Cannot read kubeconfig "${path}": ${problem}`);
}
