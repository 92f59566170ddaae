import { readFileSync } from 'node:fs';
import { errorText, WeftError } from '../base/errors.ts';
import { type AuthMaterial, type Credentials, fixedCredentials } from './connection.ts';
import { type ExecClusterInfo, ExecCredentials } from './exec-credential.ts';
import type { KubeconfigUser } from './kubeconfig.ts';

/** A token file is read again this often: bound service account tokens are rotated in place. */
const tokenFileMaxAgeMs = 10_000;

/**
 * The credentials of a kubeconfig's user: client certificate and key, token, token file (wins over the token as in
 * kubectl), user name and password, or a credential plugin.
 *
 * @throws WeftError KUBECONFIG_UNREADABLE when a file cannot be read, KUBECONFIG_UNSUPPORTED for `auth-provider`
 */
export function userCredentials(user: KubeconfigUser, cluster: ExecClusterInfo = {}): Credentials {
  if (user['auth-provider'] !== undefined) {
    const name = user['auth-provider'].name ?? '';
    throw new WeftError(
      'KUBECONFIG_UNSUPPORTED',
      `Cannot use auth-provider "${name}": Kubernetes has removed these, an "exec" credential plugin is needed`,
    );
  }
  const certificate = dataOrFile(user['client-certificate-data'], user['client-certificate'], 'client-certificate');
  const privateKey = dataOrFile(user['client-key-data'], user['client-key'], 'client-key');
  const fixed: AuthMaterial = {
    ...(certificate === undefined ? {} : { certificate }),
    ...(privateKey === undefined ? {} : { privateKey }),
    ...authorizationOf(user),
  };
  if (user.tokenFile !== undefined) return new TokenFile(user.tokenFile, fixed);
  if (user.exec !== undefined && fixed.authorization === undefined && certificate === undefined) {
    return new ExecCredentials(user.exec, cluster);
  }
  return fixedCredentials(fixed);
}

/** PEM given as base64 or as a file; `undefined` when neither is. `what` is its key in the kubeconfig. */
export function dataOrFile(data: string | undefined, path: string | undefined, what: string): string | undefined {
  if (data !== undefined && data !== '') return Buffer.from(data, 'base64').toString('utf8');
  return path === undefined || path === '' ? undefined : readText(path, what);
}

/** A bearer token in a file that is rewritten from time to time. */
export class TokenFile implements Credentials {
  readonly #path: string;
  readonly #base: AuthMaterial;
  #token = '';
  #readAtMs = Number.NEGATIVE_INFINITY;

  constructor(path: string, base: AuthMaterial = {}) {
    this.#path = path;
    this.#base = base;
  }

  async current(): Promise<AuthMaterial> {
    const now = performance.now();
    if (now - this.#readAtMs > tokenFileMaxAgeMs) {
      this.#token = readText(this.#path, 'token').trim();
      this.#readAtMs = now;
    }
    return { ...this.#base, authorization: `Bearer ${this.#token}` };
  }

  invalidate(): void {
    this.#readAtMs = Number.NEGATIVE_INFINITY;
  }
}

function authorizationOf({ token, username, password }: KubeconfigUser): AuthMaterial {
  if (token !== undefined && token !== '') return { authorization: `Bearer ${token}` };
  if (username === undefined || username === '') return {};
  return { authorization: `Basic ${Buffer.from(`${username}:${password ?? ''}`).toString('base64')}` };
}

function readText(path: string, what: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new WeftError('KUBECONFIG_UNREADABLE', `Cannot read ${what} "${path}": ${problemOf(error)}`);
  }
}

function problemOf(error: unknown): string {
  const { code } = error as NodeJS.ErrnoException;
  if (code === 'ENOENT') return 'no such file, the path in the kubeconfig should be looked at';
  if (code === 'EACCES') return 'permission denied, readable for this user needed';
  return errorText(error);
}
