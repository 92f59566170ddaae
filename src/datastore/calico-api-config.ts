import { readFileSync } from 'node:fs';
import { delimiter } from 'node:path';
import { WeftError } from '../base/errors.ts';
import { fileErrorText } from '../base/file-error-text.ts';
import { isRecord } from '../base/is-record.ts';
import type { Connection } from './connection.ts';
import { contextConnection } from './context-connection.ts';
import { type Kubeconfig, loadKubeconfig, parseKubeconfig } from './kubeconfig.ts';

/** What calicoctl is told about its datastore, by a file or by the environment. */
export interface CalicoSettings {
  /** For messages: `/etc/calico/calicoctl.cfg`, `K8S_API_ENDPOINT`. */
  readonly source: string;
  readonly datastoreType?: string;
  readonly kubeconfig?: string;
  /** The text of a kubeconfig. */
  readonly kubeconfigInline?: string;
  readonly currentContext?: string;
  readonly endpoint?: string;
  readonly keyFile?: string;
  readonly certificateFile?: string;
  readonly authorityFile?: string;
  readonly token?: string;
  readonly insecure?: boolean;
}

/** Keys of a CalicoAPIConfig's `spec` and variables of the environment. @see Calico docs "Configure calicoctl" */
const textKeys = [
  ['datastoreType', 'datastoreType', 'DATASTORE_TYPE'],
  ['kubeconfig', 'kubeconfig', 'KUBECONFIG'],
  ['kubeconfigInline', 'kubeconfigInline', 'KUBECONFIG_INLINE'],
  ['currentContext', 'k8sCurrentContext', 'K8S_CURRENT_CONTEXT'],
  ['endpoint', 'k8sAPIEndpoint', 'K8S_API_ENDPOINT'],
  ['keyFile', 'k8sKeyFile', 'K8S_KEY_FILE'],
  ['certificateFile', 'k8sCertFile', 'K8S_CERT_FILE'],
  ['authorityFile', 'k8sCAFile', 'K8S_CA_FILE'],
  ['token', 'k8sAPIToken', 'K8S_API_TOKEN'],
] as const;

/**
 * Reads a file of kind CalicoAPIConfig.
 *
 * @throws WeftError KUBECONFIG_UNREADABLE
 */
export async function readCalicoApiConfig(path: string): Promise<CalicoSettings> {
  const fail = (problem: string) =>
    new WeftError('KUBECONFIG_UNREADABLE', `Cannot read calicoctl configuration "${path}": ${problem}`);
  let document: unknown;
  try {
    const { parse } = await import('yaml');
    document = parse(readFileSync(path, 'utf8'));
  } catch (error) {
    throw fail((fileErrorText(error).split('\n')[0] ?? '').replace(/:$/, ''));
  }
  if (!isRecord(document) || document.kind !== 'CalicoAPIConfig') {
    const found = isRecord(document) ? `kind "${document.kind}"` : 'no object';
    throw fail(`${found} found, kind CalicoAPIConfig needed`);
  }
  const spec = isRecord(document.spec) ? document.spec : {};
  const settings: Record<string, string> = {};
  for (const [name, key] of textKeys) {
    const value = spec[key];
    if (typeof value === 'string' && value !== '') settings[name] = value;
    else if (value !== undefined && value !== '' && value !== null) throw fail(`spec.${key} is not a text`);
  }
  return { ...settings, insecure: spec.k8sInsecureSkipTLSVerify === true, source: `configuration "${path}"` };
}

/**
 * What the environment says in calicoctl's way; `undefined` when it says nothing of this kind. KUBECONFIG alone is
 * everybody's way and counts as nothing here.
 */
export function environmentSettings(env: Readonly<Record<string, string | undefined>>): CalicoSettings | undefined {
  const settings: Record<string, string> = {};
  for (const [name, , variable] of textKeys) {
    const value = env[variable];
    if (value !== undefined && value !== '') settings[name] = value;
  }
  const other = (settings.datastoreType ?? 'kubernetes') !== 'kubernetes';
  const chosen = settings.currentContext !== undefined && settings.kubeconfig !== undefined;
  if (settings.endpoint === undefined && settings.kubeconfigInline === undefined && !chosen && !other) return undefined;
  const insecure = ['1', 'true', 'yes'].includes((env.K8S_INSECURE_SKIP_TLS_VERIFY ?? '').toLowerCase());
  return {
    ...settings,
    insecure,
    source: other ? 'DATASTORE_TYPE' : `environment ${chosen ? 'K8S_CURRENT_CONTEXT' : 'K8S_API_ENDPOINT'}`,
  };
}

/**
 * The connection of such settings. Single settings win over those of the kubeconfig.
 *
 * @param context `--context`
 * @throws WeftError KUBECONFIG_ETCD; KUBECONFIG_UNREADABLE
 */
export async function calicoConnection(settings: CalicoSettings, context?: string): Promise<Connection> {
  const { datastoreType = 'kubernetes', source } = settings;
  if (datastoreType === 'etcdv3') {
    throw new WeftError(
      'KUBECONFIG_ETCD',
      `Cannot use datastore "etcdv3" (${source}): resources are kept in the Kubernetes API, DATASTORE_TYPE=kubernetes and a kubeconfig needed; "calicoctl datastore migrate" of Calico moves etcd's there`,
    );
  }
  if (datastoreType !== 'kubernetes') {
    throw new WeftError(
      'KUBECONFIG_UNREADABLE',
      `Cannot use datastore "${datastoreType}" (${source}): "kubernetes" needed`,
    );
  }
  const base = await baseConfig(settings);
  const name = context ?? settings.currentContext ?? base.currentContext;
  const connection = contextConnection(withOverrides(base, settings, name), name);
  return { ...connection, source: base.files.length === 0 ? source : `${source}, ${connection.source}` };
}

async function baseConfig({ kubeconfig, kubeconfigInline, source }: CalicoSettings): Promise<Kubeconfig> {
  if (kubeconfigInline !== undefined) return parseKubeconfig(`kubeconfigInline of ${source}`, kubeconfigInline);
  if (kubeconfig !== undefined) return loadKubeconfig(kubeconfig.split(delimiter));
  const entry = new Map([['calico', {}]]);
  const contexts = new Map([['calico', { cluster: 'calico', user: 'calico' }]]);
  return { files: [], currentContext: 'calico', clusters: entry, users: entry, contexts };
}

function withOverrides(config: Kubeconfig, settings: CalicoSettings, name: string | undefined): Kubeconfig {
  const context = config.contexts.get(name ?? '');
  if (context === undefined) return config;
  const { endpoint, authorityFile, insecure, token, certificateFile, keyFile } = settings;
  const cluster = {
    ...config.clusters.get(context.cluster ?? ''),
    ...(endpoint && { server: endpoint }),
    ...(authorityFile && { 'certificate-authority': authorityFile, 'certificate-authority-data': '' }),
    ...(insecure === true && { 'insecure-skip-tls-verify': true }),
  };
  const user = {
    ...config.users.get(context.user ?? ''),
    ...(token && { token }),
    ...(certificateFile && { 'client-certificate': certificateFile, 'client-certificate-data': '' }),
    ...(keyFile && { 'client-key': keyFile, 'client-key-data': '' }),
  };
  return {
    ...config,
    clusters: new Map([...config.clusters, [context.cluster ?? '', cluster]]),
    users: new Map([...config.users, [context.user ?? '', user]]),
  };
}
