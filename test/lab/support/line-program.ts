import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { createInterface, type Interface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const launcher = fileURLToPath(new URL('../../../scripts/node26', import.meta.url));

/** The command of a program of this folder, told its options as JSON. */
export function programCommand(file: string, options: object): readonly string[] {
  return [launcher, fileURLToPath(new URL(file, import.meta.url)), JSON.stringify(options)];
}

/** A program in a pod or a place of a lab: a line in is an order, a line out an answer. It ends with its input. */
export class LineProgram {
  /** What it prints. */
  readonly lines: Interface;
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #closed: Promise<void>;
  #errors = '';

  constructor([file = '', ...args]: readonly string[]) {
    this.#child = spawn(file, args);
    this.lines = createInterface({ input: this.#child.stdout });
    this.#closed = new Promise((resolve) => this.#child.on('close', () => resolve()));
    // Orders to one that has ended: who waits for the answer is told.
    this.#child.stdin.on('error', () => {});
    this.#child.stderr.on('data', (data: Buffer) => {
      this.#errors += data.toString();
    });
  }

  /** What it has complained of. */
  get errors(): string {
    return this.#errors;
  }

  order(line: string): void {
    this.#child.stdin.write(`${line}\n`);
  }

  async end(): Promise<void> {
    this.#child.stdin.end();
    await this.#closed;
  }
}
