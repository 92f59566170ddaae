import { WeftError } from '../base/errors.ts';
import type { AuthMaterial, Credentials } from './connection.ts';
import type { ExecConfig } from './kubeconfig.ts';

const versions = ['client.authentication.k8s.io/v1', 'client.authentication.k8s.io/v1beta1'];
const maxOutputBytes = 1024 * 1024;

/** What the plugin is told about the cluster when its entry says `provideClusterInfo`. */
export type ExecClusterInfo = Readonly<Record<string, unknown>>;

/**
 * Credentials from a program, @see Kubernetes "client-go credential plugins". The answer is kept until its
 * `expirationTimestamp` or until the server refuses it; calls at the same time share one run.
 *
 * @throws WeftError KUBECONFIG_EXEC from `current` when the program fails or answers something else
 */
export class ExecCredentials implements Credentials {
  readonly #config: ExecConfig;
  readonly #cluster: ExecClusterInfo;
  #cached: { readonly material: AuthMaterial; readonly expiresMs: number } | undefined;
  #running: Promise<AuthMaterial> | undefined;

  constructor(config: ExecConfig, cluster: ExecClusterInfo) {
    this.#config = config;
    this.#cluster = cluster;
  }

  current(): Promise<AuthMaterial> {
    if (this.#cached !== undefined && Date.now() < this.#cached.expiresMs)
      return Promise.resolve(this.#cached.material);
    this.#running ??= this.#run().finally(() => {
      this.#running = undefined;
    });
    return this.#running;
  }

  invalidate(): void {
    this.#cached = undefined;
  }

  async #run(): Promise<AuthMaterial> {
    const { command, apiVersion = versions[0] } = this.#config;
    if (apiVersion === undefined || !versions.includes(apiVersion)) {
      throw execError(command, `apiVersion "${apiVersion}" found, ${versions.join(' or ')} needed`);
    }
    const cluster = this.#config.provideClusterInfo === true ? { cluster: this.#cluster } : {};
    const info = { apiVersion, kind: 'ExecCredential', spec: { interactive: false, ...cluster } };
    const answer = parseAnswer(command, await this.#output({ KUBERNETES_EXEC_INFO: JSON.stringify(info) }));
    if (answer.apiVersion !== apiVersion) {
      throw execError(command, `answer of apiVersion "${answer.apiVersion}" found, "${apiVersion}" needed`);
    }
    const material = materialOf(answer);
    if (Object.keys(material).length === 0)
      throw execError(command, 'neither token nor client certificate in its answer');
    const expires = Date.parse(answer.status?.expirationTimestamp ?? '');
    this.#cached = { material, expiresMs: Number.isNaN(expires) ? Number.POSITIVE_INFINITY : expires };
    return material;
  }

  #output(extraEnv: Readonly<Record<string, string>>): Promise<string> {
    const { command, args, env, installHint } = this.#config;
    const own = Object.fromEntries((env ?? []).map(({ name, value }) => [name, value]));
    const options = { env: { ...process.env, ...own, ...extraEnv }, timeout: 60_000, maxBuffer: maxOutputBytes };
    // Few have such a program: the others need not wait for the module.
    const { execFile } = process.getBuiltinModule('node:child_process');
    return new Promise((resolve, reject) => {
      execFile(command, args ?? [], options, (error, stdout, stderr) => {
        if (error === null) return resolve(stdout);
        const missing = error.code === 'ENOENT';
        const problem = missing ? 'no such program' : (stderr.trim().split('\n').at(-1) ?? '') || error.message;
        const hint = installHint === undefined || !missing ? '' : `. ${installHint.trim().replaceAll('\n', ' ')}`;
        reject(execError(command, `${problem}${hint}`));
      });
    });
  }
}

interface ExecAnswer {
  readonly apiVersion?: string;
  readonly kind?: string;
  readonly status?: {
    readonly token?: string;
    readonly clientCertificateData?: string;
    readonly clientKeyData?: string;
    readonly expirationTimestamp?: string;
  };
}

function parseAnswer(command: string, output: string): ExecAnswer {
  let answer: ExecAnswer | undefined;
  try {
    answer = JSON.parse(output) as ExecAnswer;
  } catch {
    // Said below: what it printed may be a secret.
  }
  if (answer?.kind !== 'ExecCredential') throw execError(command, 'its output is not an ExecCredential in JSON');
  return answer;
}

function materialOf({ status }: ExecAnswer): AuthMaterial {
  return {
    ...(status?.token ? { authorization: `Bearer ${status.token}` } : {}),
    ...(status?.clientCertificateData ? { certificate: status.clientCertificateData } : {}),
    ...(status?.clientKeyData ? { privateKey: status.clientKeyData } : {}),
  };
}

function execError(command: string, problem: string): WeftError {
  return new WeftError('KUBECONFIG_EXEC', `Cannot get credentials from program "${command}": ${problem}`);
}
