import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { WeftError } from '../base/errors.ts';
import { calicoConnection, environmentSettings, readCalicoApiConfig } from './calico-api-config.ts';
import type { Connection } from './connection.ts';
import { contextConnection } from './context-connection.ts';
import { loadKubeconfig } from './kubeconfig.ts';
import { TokenFile } from './user-credentials.ts';

/** What the user said, and the places to look where he said nothing. */
export interface ConnectionOptions {
  /** `--kubeconfig`: a path. */
  readonly kubeconfig?: string | undefined;
  /** `--context` */
  readonly context?: string | undefined;
  /** `--config`: a CalicoAPIConfig file. */
  readonly config?: string | undefined;
  /** KUBECONFIG, HOME, KUBERNETES_SERVICE_HOST and ..._PORT, and calicoctl's DATASTORE_TYPE and K8S_* are read. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Where running labs keep their kubeconfig. */
  readonly labsDirectory?: string;
  /** Where a pod finds its service account. */
  readonly serviceAccountDirectory?: string;
  /** Where calicoctl's configuration is when none is named. */
  readonly calicoConfig?: string;
}

/**
 * The API server to talk to. First of: `--kubeconfig`, `--config`, KUBECONFIG or K8S_API_ENDPOINT,
 * /etc/calico/calicoctl.cfg, the service account of this pod, the running lab, `~/.kube/config` (before the lab when
 * `--context` is given).
 *
 * @throws WeftError KUBECONFIG_NONE when there is none of these, or several labs run; KUBECONFIG_UNREADABLE;
 * KUBECONFIG_ETCD when calicoctl's settings ask for etcd
 */
export async function findConnection(options: ConnectionOptions = {}): Promise<Connection> {
  const env = options.env ?? process.env;
  const { context } = options;
  if (options.kubeconfig !== undefined) return fromFiles([options.kubeconfig], context);
  if (options.config !== undefined) return calicoConnection(await readCalicoApiConfig(options.config), context);
  const settings = environmentSettings(env);
  if (settings !== undefined) return calicoConnection(settings, context);
  const listed = (env.KUBECONFIG ?? '').split(delimiter).filter((path) => path !== '');
  if (listed.length > 0) return fromFiles(listed, context);
  const calicoConfig = options.calicoConfig ?? '/etc/calico/calicoctl.cfg';
  if (existsSync(calicoConfig)) return calicoConnection(await readCalicoApiConfig(calicoConfig), context);
  const pod = inCluster(env, options.serviceAccountDirectory ?? '/var/run/secrets/kubernetes.io/serviceaccount');
  if (pod !== undefined) return pod;
  const home = join(env.HOME ?? '/', '.kube', 'config');
  const hasHome = existsSync(home);
  if (context !== undefined && hasHome) return fromFiles([home], context);
  const labs = runningLabs(options.labsDirectory ?? '/run/weft/labs');
  const [first] = labs;
  if (labs.length > 1) {
    const names = labs.map((path) => `"${path}"`).join(', ');
    throw new WeftError(
      'KUBECONFIG_NONE',
      `Cannot choose a cluster: ${labs.length} labs are running, --kubeconfig or KUBECONFIG with one of ${names} needed`,
    );
  }
  if (first !== undefined) return fromFiles([first], context);
  if (hasHome) return fromFiles([home], context);
  throw new WeftError(
    'KUBECONFIG_NONE',
    'Cannot find a cluster: no --kubeconfig, no KUBECONFIG, no running lab and no ~/.kube/config; start one with "weft lab up"',
  );
}

async function fromFiles(paths: readonly string[], context: string | undefined): Promise<Connection> {
  return contextConnection(await loadKubeconfig(paths), context);
}

function inCluster(env: Readonly<Record<string, string | undefined>>, directory: string): Connection | undefined {
  const host = env.KUBERNETES_SERVICE_HOST;
  const token = join(directory, 'token');
  if (!host || !existsSync(token)) return undefined;
  const ca = join(directory, 'ca.crt');
  const namespace = join(directory, 'namespace');
  return {
    server: { kind: 'tcp', tls: true, host, port: Number(env.KUBERNETES_SERVICE_PORT ?? '443'), basePath: '' },
    ...(existsSync(ca) ? { certificateAuthority: readFileSync(ca, 'utf8') } : {}),
    credentials: new TokenFile(token),
    namespace: existsSync(namespace) ? readFileSync(namespace, 'utf8').trim() : 'default',
    source: `service account in "${directory}"`,
  };
}

function runningLabs(directory: string): readonly string[] {
  try {
    const files = readdirSync(directory).map((lab) => join(directory, lab, 'kubeconfig'));
    return files.filter((path) => existsSync(path)).sort();
  } catch {
    return [];
  }
}
