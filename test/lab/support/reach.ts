import assert from 'node:assert/strict';
import type { Pod } from '../../../src/api/core.ts';
import { enterPod } from '../../../src/lab/enter-pod.ts';
import type { LabState } from '../../../src/lab/lab-state.ts';
import { LineProgram, programCommand } from './line-program.ts';
import type { ReachOptions, Target } from './reach-program.ts';

/** A pod that listens on ports, and tries to reach others when asked. */
export class ReachProbe {
  readonly pod: Pod;
  readonly #program: LineProgram;
  readonly #lines: AsyncIterator<string>;

  private constructor(pod: Pod, program: LineProgram) {
    this.pod = pod;
    this.#program = program;
    this.#lines = program.lines[Symbol.asyncIterator]();
  }

  static async start(state: LabState, pod: Pod, options: Partial<ReachOptions> = {}): Promise<ReachProbe> {
    const all = { tcp: [], udp: [], limitMs: 240_000, ...options };
    const probe = new ReachProbe(
      pod,
      new LineProgram(enterPod(state, pod, undefined, programCommand('reach-program.ts', all))),
    );
    assert.equal(await probe.#answer(), 'ready');
    return probe;
  }

  /** For each target whether an answer came within a second; all are tried at once. */
  async reaches(targets: readonly Target[]): Promise<readonly boolean[]> {
    this.#program.order(JSON.stringify(targets));
    return JSON.parse(await this.#answer()) as boolean[];
  }

  /** One target. */
  async reach(address: string, port: number, protocol: Target['protocol'] = 'tcp'): Promise<boolean> {
    const [reached = false] = await this.reaches([{ address, port, protocol }]);
    return reached;
  }

  end(): Promise<void> {
    return this.#program.end();
  }

  async #answer(): Promise<string> {
    const { value, done } = await this.#lines.next();
    assert.ok(done !== true, `the probe in pod ${this.pod.metadata.name} ended: ${this.#program.errors}`);
    return value;
  }
}
