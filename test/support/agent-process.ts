import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { TestNode } from './test-node.ts';

const program = join(import.meta.dirname, '../../src/agent/program.ts');
const code = `const { run } = await import(${JSON.stringify(program)}); process.exit(await run(process.argv.slice(1)));`;

/** The agent of a test node as a process of its own, so that it can be killed and stopped. */
export class AgentProcess {
  readonly #argv: readonly string[];
  #child: ChildProcess | undefined;

  constructor({ kubeconfig, run, directory }: TestNode) {
    this.#argv = [
      ...['--node', 'node1', '--kubeconfig', kubeconfig, '--run-directory', run],
      ...['--state-directory', join(directory, 'state'), '--cni-config-directory', join(directory, 'net.d')],
      ...['--health-port', '0', '--metrics-port', '0'],
    ];
  }

  start(): void {
    const argv = ['--input-type=module', '-e', code, '--', ...this.#argv];
    this.#child = spawn(process.execPath, argv, { stdio: 'ignore' });
  }

  signal(signal: NodeJS.Signals): void {
    this.#child?.kill(signal);
  }

  /** Ends it by a signal and returns its exit status once it is gone; null when it is gone already or has none. */
  async end(signal: NodeJS.Signals = 'SIGKILL'): Promise<number | null> {
    const child = this.#child;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return null;
    const gone = once(child, 'exit');
    child.kill(signal);
    const [status] = await gone;
    return status;
  }
}
