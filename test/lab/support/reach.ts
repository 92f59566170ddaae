import assert from 'node:assert/strict';
import type { Pod } from '../../../src/api/core.ts';
import { enterPlace } from '../../../src/lab/enter-place.ts';
import { enterPod } from '../../../src/lab/enter-pod.ts';
import { type LabState, requirePlace } from '../../../src/lab/lab-state.ts';
import { LineProgram, programCommand } from './line-program.ts';
import type { ReachOptions, Target } from './reach-program.ts';

/** A place that listens on ports, and tries to reach others when asked. */
export class Reacher {
  readonly #name: string;
  readonly #program: LineProgram;
  readonly #lines: AsyncIterator<string>;

  protected constructor(name: string, program: LineProgram) {
    this.#name = name;
    this.#program = program;
    this.#lines = program.lines[Symbol.asyncIterator]();
  }

  /** On a node, or outside of the cluster. */
  static async on(state: LabState, place: string, options: Partial<ReachOptions> = {}): Promise<Reacher> {
    const reacher = new Reacher(place, new LineProgram(enterPlace(requirePlace(state, place), reachCommand(options))));
    await reacher.listening();
    return reacher;
  }

  /** Returns once its ports are open. */
  protected async listening(): Promise<void> {
    assert.equal(await this.#answer(), 'ready');
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
    assert.ok(done !== true, `the probe in ${this.#name} ended: ${this.#program.errors}`);
    return value;
  }
}

/** A pod that does so. */
export class ReachProbe extends Reacher {
  readonly pod: Pod;

  private constructor(pod: Pod, program: LineProgram) {
    super(`pod ${pod.metadata.name}`, program);
    this.pod = pod;
  }

  static async start(state: LabState, pod: Pod, options: Partial<ReachOptions> = {}): Promise<ReachProbe> {
    const probe = new ReachProbe(pod, new LineProgram(enterPod(state, pod, undefined, reachCommand(options))));
    await probe.listening();
    return probe;
  }
}

function reachCommand(options: Partial<ReachOptions>): readonly string[] {
  return programCommand('reach-program.ts', { tcp: [], udp: [], limitMs: 240_000, ...options });
}
