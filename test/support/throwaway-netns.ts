import { execFile, execFileSync } from 'node:child_process';
import { promisify } from 'node:util';

let count = 0;

/** A network namespace for one test file: made empty with `lo` up, removed by `remove`. Needs root. */
export class ThrowawayNetns {
  readonly name: string;

  constructor(purpose: string) {
    count++;
    this.name = `weft-${purpose}-${process.pid}-${count}`;
    execFileSync('ip', ['netns', 'add', this.name]);
    this.run('ip link set lo up');
  }

  /** Runs a shell command inside and returns its output; throws with its stderr when it fails. */
  run(command: string, input = ''): string {
    return execFileSync('ip', ['netns', 'exec', this.name, 'sh', '-c', command], {
      input,
      encoding: 'utf8',
      stdio: ['pipe', 'pipe', 'pipe'],
    });
  }

  /** Like {@link run}, but true or false: for pings and the like. */
  succeeds(command: string): boolean {
    try {
      this.run(command);
      return true;
    } catch {
      return false;
    }
  }

  /** Like {@link run} without waiting: for several commands at once. */
  async start(command: string): Promise<string> {
    const { stdout } = await promisify(execFile)('ip', ['netns', 'exec', this.name, 'sh', '-c', command]);
    return stdout;
  }

  /** Loads nftables text. */
  nft(text: string): void {
    this.run('nft -f -', text);
  }

  /** `nft -j -p list table ...`, parsed: protocols are numbers. */
  nftTable(table: string): unknown {
    return JSON.parse(this.run(`nft -j -p list table ${table}`));
  }

  remove(): void {
    execFileSync('ip', ['netns', 'del', this.name]);
  }
}
