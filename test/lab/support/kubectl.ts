import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Captured } from '../../../src/lab/run-captured.ts';

/** A kubectl binary and what it calls itself: `1.20`, `1.32`. */
export interface KubectlBinary {
  readonly path: string;
  readonly version: string;
}

/** Debian's kubectl (unpacked by the set-up of the tests), and the machine's own where it has one. */
export function findKubectls(): readonly KubectlBinary[] {
  const debian = fileURLToPath(
    new URL('../../../node_modules/.cache/debian/kubernetes-client/usr/bin/kubectl', import.meta.url),
  );
  assert.ok(existsSync(debian), `${debian} is missing: "npm test" unpacks it`);
  const own = (process.env.PATH ?? '').split(':').map((directory) => join(directory, 'kubectl'));
  return [debian, ...own.filter(existsSync).slice(0, 1)].map((path) => ({ path, version: versionOf(path) }));
}

function versionOf(path: string): string {
  const text = execFileSync(path, ['version', '--client', '-o', 'json'], { encoding: 'utf8' });
  const { major, minor } = JSON.parse(text).clientVersion;
  return `${major}.${Number.parseInt(minor, 10)}`;
}

/** What a run of {@link Kubectl.run} may differ in. */
export interface RunOptions {
  readonly input?: string;
  /** Default 0. */
  readonly status?: number;
  readonly env?: Readonly<Record<string, string>>;
}

/** kubectl as somebody uses it in one namespace of one cluster, with a home directory (discovery cache) of its own. */
export class Kubectl {
  readonly version: string;
  readonly namespace: string;
  readonly directory = mkdtempSync(join(tmpdir(), 'weft-kubectl-'));
  readonly #path: string;
  readonly #kubeconfig: string;

  constructor(binary: KubectlBinary, kubeconfig: string) {
    this.#path = binary.path;
    this.version = binary.version;
    this.namespace = `v${binary.version.replace('.', '-')}`;
    this.#kubeconfig = kubeconfig;
  }

  /** True for versions at least this new: `1.27`. */
  isAtLeast(version: string): boolean {
    const minor = (text: string) => Number(text.split('.')[1]);
    return minor(this.version) >= minor(version);
  }

  /** Runs `kubectl -n NAMESPACE ARGS`; the status must be the expected one. Resolves with stdout. */
  async run(args: readonly string[], options: RunOptions = {}): Promise<string> {
    return (await this.capture(args, options)).stdout;
  }

  /** As {@link run}, with stderr, too. */
  async capture(args: readonly string[], options: RunOptions = {}): Promise<Captured> {
    const result = await this.#spawn(args, options).done;
    const { status, stdout, stderr } = result;
    assert.equal(status, options.status ?? 0, `kubectl ${args.join(' ')}\n${stdout}${stderr}`);
    return result;
  }

  /** {@link run} for a line as somebody types it; words are split at blanks. */
  type(line: string, options?: RunOptions): Promise<string> {
    return this.run(line.split(' '), options);
  }

  /** {@link capture} for a line as somebody types it. */
  typed(line: string, options?: RunOptions): Promise<Captured> {
    return this.capture(line.split(' '), options);
  }

  /** Starts kubectl and leaves it running; `until` waits for output, `end` stops it. */
  follow(args: readonly string[]): Followed {
    const { child, done } = this.#spawn(args, {});
    let seen = '';
    child.stdout.on('data', (chunk: string) => {
      seen += chunk;
    });
    return {
      until: async (pattern, during) => {
        const end = performance.now() + 15_000;
        await during?.();
        while (!pattern.test(seen)) {
          assert.ok(performance.now() < end, `kubectl ${args.join(' ')}: no ${pattern} in:\n${seen}`);
          await new Promise((resolve) => setTimeout(resolve, 20));
        }
        return seen;
      },
      end: async () => {
        child.kill('SIGINT');
        await done;
      },
    };
  }

  /** Writes a file for `-f`; returns its path. */
  file(name: string, text: string, mode = 0o644): string {
    const path = join(this.directory, name);
    writeFileSync(path, text, { mode });
    return path;
  }

  remove(): void {
    rmSync(this.directory, { recursive: true, force: true });
  }

  #spawn(args: readonly string[], { input, env }: RunOptions) {
    const child = spawn(this.#path, ['-n', this.namespace, ...args], {
      stdio: ['pipe', 'pipe', 'pipe'],
      env: { ...process.env, KUBECONFIG: this.#kubeconfig, HOME: this.directory, ...env },
    });
    child.stdin.on('error', () => {});
    child.stdin.end(input ?? '');
    child.stdout.setEncoding('utf8');
    child.stderr.setEncoding('utf8');
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', (chunk: string) => {
      stdout += chunk;
    });
    child.stderr.on('data', (chunk: string) => {
      stderr += chunk;
    });
    const timer = setTimeout(() => child.kill('SIGKILL'), 45_000);
    const done = new Promise<Captured>((resolve, reject) => {
      child.on('error', reject);
      child.on('close', (code) => {
        clearTimeout(timer);
        resolve({ status: code ?? 137, stdout, stderr });
      });
    });
    return { child, done };
  }
}

/** A kubectl that is still running. */
export interface Followed {
  /** Resolves with everything printed so far once it matches; `during` starts when the command does. */
  until(pattern: RegExp, during?: () => Promise<unknown>): Promise<string>;
  end(): Promise<void>;
}
