import { delimiter, dirname, join } from 'node:path';
import { errorText, WeftError } from '../base/errors.ts';
import { type Connection, parseServerAddress } from './connection.ts';
import type { Kubeconfig, KubeconfigUser } from './kubeconfig.ts';
import { dataOrFile, userCredentials } from './user-credentials.ts';

/**
 * The connection of one context.
 *
 * @param name the current context when absent
 * @throws WeftError KUBECONFIG_UNREADABLE
 */
export function contextConnection(config: Kubeconfig, name?: string): Connection {
  const fail = (problem: string): WeftError =>
    new WeftError('KUBECONFIG_UNREADABLE', `Cannot use kubeconfig "${config.files.join(delimiter)}": ${problem}`);
  const contextName = name ?? config.currentContext;
  const choices = names(config.contexts);
  if (contextName === undefined) {
    const needed = config.contexts.size === 0 ? 'no contexts either, another kubeconfig needed' : undefined;
    throw fail(`no current-context, ${needed ?? `--context needed with one of: ${choices}`}`);
  }
  const context = config.contexts.get(contextName);
  if (context === undefined) throw fail(`context "${contextName}" not found, there are: ${choices}`);
  const cluster = config.clusters.get(context.cluster ?? '');
  if (cluster === undefined) {
    throw fail(
      `cluster "${context.cluster ?? ''}" of context "${contextName}" not found, there are: ${names(config.clusters)}`,
    );
  }
  if (!cluster.server) throw fail(`cluster "${context.cluster}" has no "server", https://HOST:PORT needed`);
  if (cluster['proxy-url'] !== undefined) {
    throw fail(`proxy-url "${cluster['proxy-url']}" is not supported, a direct connection needed`);
  }
  const user = config.users.get(context.user ?? '');
  if (user === undefined && context.user) {
    throw fail(`user "${context.user}" of context "${contextName}" not found, there are: ${names(config.users)}`);
  }
  try {
    const certificateAuthority = dataOrFile(
      cluster['certificate-authority-data'],
      cluster['certificate-authority'],
      'certificate-authority',
    );
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
    if (error instanceof TypeError) throw fail(errorText(error));
    throw error;
  }
}

function names(entries: ReadonlyMap<string, unknown>): string {
  return [...entries.keys()].map((name) => `"${name}"`).join(', ') || 'none';
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
