import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { errorText, WeftError } from '../base/errors.ts';
import { type Connection, parseServerAddress } from './connection.ts';
import { type Kubeconfig, type KubeconfigUser, loadKubeconfig } from './kubeconfig.ts';
import { dataOrFile, TokenFile, userCredentials } from './user-credentials.ts';

/** What the user said, and the places to look where he said nothing. */
export interface ConnectionOptions {
  /** `--kubeconfig`: a path. */
  readonly kubeconfig?: string;
  /** `--context` */
  readonly context?: string;
  /** KUBECONFIG, HOME, KUBERNETES_SERVICE_HOST and ..._PORT are read. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Where running labs keep their kubeconfig. */
  readonly labsDirectory?: string;
  /** Where a pod finds its service account. */
  readonly serviceAccountDirectory?: string;
}

/**
 * The API server to talk to. First of: `--kubeconfig`, KUBECONFIG, the service account of this pod, the running lab,
 * `~/.kube/config` (before the lab when `--context` is given).
 *
 * @throws WeftError KUBECONFIG_NONE when there is none of these, or several labs run; KUBECONFIG_UNREADABLE
 */
export async function findConnection(options: ConnectionOptions = {}): Promise<Connection> {
  const env = options.env ?? process.env;
  if (options.kubeconfig !== undefined) return fromFiles([options.kubeconfig], options.context);
  const listed = (env.KUBECONFIG ?? '').split(delimiter).filter((path) => path !== '');
  if (listed.length > 0) return fromFiles(listed, options.context, true);
  const pod = inCluster(env, options.serviceAccountDirectory ?? '/var/run/secrets/kubernetes.io/serviceaccount');
  if (pod !== undefined) return pod;
  const home = join(env.HOME ?? '/', '.kube', 'config');
  const hasHome = existsSync(home);
  if (options.context !== undefined && hasHome) return fromFiles([home], options.context);
  const labs = runningLabs(options.labsDirectory ?? '/run/weft/labs');
  const [first] = labs;
  if (labs.length > 1) {
    const names = labs.map((path) => `"${path}"`).join(', ');
    throw new WeftError(
      'KUBECONFIG_NONE',
      `Cannot choose a cluster: ${labs.length} labs are running, --kubeconfig or KUBECONFIG with one of ${names} needed`,
    );
  }
  if (first !== undefined) return fromFiles([first], options.context);
  if (hasHome) return fromFiles([home], options.context);
  throw new WeftError(
    'KUBECONFIG_NONE',
    'Cannot find a cluster: no --kubeconfig, no KUBECONFIG, no running lab and no ~/.kube/config; start one with "weft lab up"',
  );
}

/**
 * The connection of one context.
 *
 * @param name the current context when absent
 * @throws WeftError KUBECONFIG_UNREADABLE
 */
function contextConnection(config: Kubeconfig, name?: string): Connection {
  const fail = (problem: string): WeftError =>
    new WeftError('KUBECONFIG_UNREADABLE', `Cannot use kubeconfig "${config.files.join(delimiter)}": ${problem}`);
  const contextName = name ?? config.currentContext;
  const choices = [...config.contexts.keys()].map((context) => `"${context}"`).join(', ') || 'none';
  if (contextName === undefined) throw fail(`no current-context, --context needed with one of: ${choices}`);
  const context = config.contexts.get(contextName);
  if (context === undefined) throw fail(`context "${contextName}" not found, there are: ${choices}`);
  const cluster = config.clusters.get(context.cluster ?? '');
  if (cluster?.server === undefined) throw fail(`context "${contextName}" has no cluster with a server`);
  if (cluster['proxy-url'] !== undefined) {
    throw fail(`proxy-url "${cluster['proxy-url']}" is not supported, a direct connection needed`);
  }
  const user = config.users.get(context.user ?? '');
  if (user === undefined && context.user) throw fail(`user "${context.user}" not found`);
  try {
    const certificateAuthority = dataOrFile(cluster['certificate-authority-data'], cluster['certificate-authority']);
    return {
      server: parseServerAddress(cluster.server),
      ...(certificateAuthority === undefined ? {} : { certificateAuthority }),
      ...(cluster['insecure-skip-tls-verify'] === true ? { insecure: true } : {}),
      ...(cluster['tls-server-name'] ? { serverName: cluster['tls-server-name'] } : {}),
      credentials: userCredentials(withExecPath(user ?? {}, config), { ...cluster }),
      headers: impersonation(user ?? {}),
      namespace: context.namespace ?? 'default',
      source: `kubeconfig "${config.files.join(delimiter)}", context "${contextName}"`,
    };
  } catch (error) {
    throw error instanceof TypeError ? fail(errorText(error)) : error;
  }
}

async function fromFiles(paths: readonly string[], context?: string, optional = false): Promise<Connection> {
  return contextConnection(await loadKubeconfig(paths, optional), context);
}

// A command with a slash is relative to the kubeconfig, one without is looked up in PATH.
function withExecPath(user: KubeconfigUser, config: Kubeconfig): KubeconfigUser {
  const command = user.exec?.command;
  const file = config.files[0];
  if (user.exec === undefined || file === undefined || command?.includes('/') !== true || command.startsWith('/')) {
    return user;
  }
  return { ...user, exec: { ...user.exec, command: join(dirname(file), command) } };
}

function impersonation(user: KubeconfigUser): Readonly<Record<string, string | string[]>> {
  return {
    ...(user.as ? { 'Impersonate-User': user.as } : {}),
    ...(user['as-uid'] ? { 'Impersonate-Uid': user['as-uid'] } : {}),
    ...(user['as-groups']?.length ? { 'Impersonate-Group': [...user['as-groups']] } : {}),
  };
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
