import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { inNetns } from '../src/host/netns.ts';

/** A BIRD of a benchmark's own in a network namespace; ends with {@link stop}. */
export class BenchBird {
  readonly #child: ChildProcess;
  readonly #directory: string;

  private constructor(child: ChildProcess, directory: string) {
    this.#child = child;
    this.#directory = directory;
  }

  /** Starts it and waits until it answers. */
  static async start(netns: string, configuration: string): Promise<BenchBird> {
    const directory = mkdtempSync(join(tmpdir(), 'weft-bench-bird-'));
    const file = join(directory, 'bird.conf');
    writeFileSync(file, configuration);
    const args = ['-f', '-c', file, '-s', join(directory, 'ctl')];
    const child = inNetns(netns, () => spawn('/usr/sbin/bird', args, { stdio: ['ignore', 'ignore', 'inherit'] }));
    // A benchmark that fails leaves nothing running.
    process.once('exit', () => child.kill('SIGKILL'));
    while (!existsSync(join(directory, 'ctl'))) {
      if (child.exitCode !== null) throw new Error(`bird ended with status ${child.exitCode}`);
      await sleep(10);
    }
    return new BenchBird(child, directory);
  }

  /** What `birdc` prints. */
  ask(...words: string[]): string {
    const args = ['-r', '-s', join(this.#directory, 'ctl'), ...words];
    return execFileSync('/usr/sbin/birdc', words[0] === 'show' ? args : args.slice(1), { encoding: 'utf8' });
  }

  /** Processor time that it has used so far, in milliseconds. @see Documentation/scheduler/sched-stats */
  cpuMs(): number {
    return Number(readFileSync(`/proc/${this.#child.pid}/schedstat`, 'utf8').split(' ')[0]) / 1e6;
  }

  /** Waits until a BGP session is up. */
  async established(protocol: string, limitMs = 30_000): Promise<void> {
    const end = performance.now() + limitMs;
    while (!/Established/.test(this.ask('show', 'protocols', protocol))) {
      if (performance.now() > end) throw new Error(`session ${protocol} is not up: ${this.ask('show', 'protocols')}`);
      await sleep(50);
    }
  }

  async stop(): Promise<void> {
    this.#child.kill('SIGTERM');
    if (this.#child.exitCode === null) await once(this.#child, 'exit');
    rmSync(this.#directory, { recursive: true });
  }
}
