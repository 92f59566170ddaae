import assert from 'node:assert/strict';
import type { Pod } from '../../../src/api/core.ts';
import { enterPod } from '../../../src/lab/enter-pod.ts';
import type { LabState } from '../../../src/lab/lab-state.ts';
import type { LeakOptions } from './leak-program.ts';
import { LineProgram, programCommand } from './line-program.ts';

const port = 7777;
const limitMs = 240_000;

/** A program of leak-program.ts in a pod. */
class Half {
  readonly #name: string;
  readonly #program: LineProgram;
  readonly #lines: AsyncIterator<string>;

  constructor(state: LabState, pod: Pod, options: LeakOptions) {
    this.#name = pod.metadata.name;
    this.#program = new LineProgram(enterPod(state, pod, undefined, programCommand('leak-program.ts', options)));
    this.#lines = this.#program.lines[Symbol.asyncIterator]();
  }

  async ask(order?: string): Promise<string> {
    if (order !== undefined) this.#program.order(order);
    const { value, done } = await this.#lines.next();
    assert.ok(done !== true, `the program in pod ${this.#name} ended: ${this.#program.errors}`);
    return value;
  }

  end(): Promise<void> {
    return this.#program.end();
  }
}

/** A pod that begins a connection to each target every few milliseconds. */
export class LeakSender {
  readonly #half: Half;

  private constructor(half: Half) {
    this.#half = half;
  }

  static async start(state: LabState, pod: Pod, everyMs = 4): Promise<LeakSender> {
    const half = new Half(state, pod, { role: 'send', port, everyMs, limitMs });
    assert.equal(await half.ask(), 'ready');
    return new LeakSender(half);
  }

  /** From now on to these; how many datagrams were sent so far. */
  async aim(targets: readonly string[]): Promise<number> {
    return (JSON.parse(await this.#half.ask(JSON.stringify({ targets }))) as { sent: number }).sent;
  }

  end(): Promise<void> {
    return this.#half.end();
  }
}

/** A pod that counts what arrives. */
export class LeakReceiver {
  readonly #half: Half;

  private constructor(half: Half) {
    this.#half = half;
  }

  static async start(state: LabState, pod: Pod): Promise<LeakReceiver> {
    const half = new Half(state, pod, { role: 'receive', port, limitMs });
    assert.equal(await half.ask(), 'ready');
    return new LeakReceiver(half);
  }

  /** Datagrams so far, by the sender's address. */
  async counts(): Promise<Readonly<Record<string, number>>> {
    return JSON.parse(await this.#half.ask('?')) as Record<string, number>;
  }

  end(): Promise<void> {
    return this.#half.end();
  }
}
