import assert from 'node:assert/strict';
import type { Pod } from '../../../src/api/core.ts';
import { enterPod } from '../../../src/lab/enter-pod.ts';
import type { LabState } from '../../../src/lab/lab-state.ts';
import { type EndFigures, type EndOptions, type FlowFigures, flowFigures } from './flow-probe-figures.ts';
import { LineProgram, programCommand } from './line-program.ts';

/** How a probe may differ from the usual one. */
export interface FlowProbeOptions {
  /** Pause between two ticks, and between two pieces of the TCP stream. Default 10. */
  readonly tickMs?: number;
  /** Which of the pods' addresses. Default 4. */
  readonly family?: 4 | 6;
  /** The probe ends by itself after this, whatever happens to who started it. Default 120 s. */
  readonly limitMs?: number;
}

/** What is measured is the network, not who of this machine's programs gets a processor. A probe needs little of one. */
const realTime = ['chrt', '--fifo', '1'];
/** Several probes may end in one pod. */
let nextPort = 20_000;

/**
 * Traffic between two pods that must not stop: a UDP ticker in both directions and a TCP stream from the first to the
 * second. {@link take} says what was seen since the last look, {@link stop} does and ends it.
 */
export class FlowProbe {
  readonly #client: End;
  readonly #server: End;

  private constructor(client: End, server: End) {
    this.#client = client;
    this.#server = server;
  }

  /** Resolves when ticks have arrived at both ends; fails when none come within five seconds. */
  static async start(state: LabState, from: Pod, to: Pod, options: FlowProbeOptions = {}): Promise<FlowProbe> {
    const { tickMs = 10, limitMs = 120_000, family = 4 } = options;
    const addressOf = (pod: Pod): string =>
      pod.status?.podIPs?.find(({ ip }) => ip.includes(':') === (family === 6))?.ip ?? '';
    const common = { port: nextPort++, tickMs, limitMs };
    const server = new End(state, to, { ...common, role: 'server', peer: addressOf(from) });
    const client = new End(state, from, { ...common, role: 'client', peer: addressOf(to) });
    const probe = new FlowProbe(client, server);
    try {
      await Promise.all([server.answer(), client.answer()]);
      for (const end of [server, client]) end.order('go');
      await probe.#flowing();
      return probe;
    } catch (error) {
      await probe.#end();
      throw error;
    }
  }

  /** What was seen since the last call (or the start). */
  async take(): Promise<FlowFigures> {
    const ends = [this.#client, this.#server] as const;
    for (const end of ends) end.order('take');
    const [client, server] = await Promise.all(ends.map((end) => end.answer()));
    return flowFigures(JSON.parse(client ?? '') as EndFigures, JSON.parse(server ?? '') as EndFigures);
  }

  async stop(): Promise<FlowFigures> {
    try {
      return await this.take();
    } finally {
      await this.#end();
    }
  }

  async #flowing(): Promise<void> {
    const deadline = performance.now() + 5000;
    for (;;) {
      const { there, back, tcpBytes } = await this.take();
      if (there.received > 0 && back.received > 0 && tcpBytes > 0) return;
      assert.ok(performance.now() < deadline, 'no traffic between the two pods of a probe');
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  async #end(): Promise<void> {
    await Promise.all([this.#client.end(), this.#server.end()]);
  }
}

/** The program in one pod. */
class End {
  readonly #name: string;
  readonly #program: LineProgram;
  readonly #lines: AsyncIterator<string>;

  constructor(state: LabState, pod: Pod, options: EndOptions) {
    const command = [...realTime, ...programCommand('flow-probe-program.ts', options)];
    this.#name = pod.metadata.name;
    this.#program = new LineProgram(enterPod(state, pod, undefined, command));
    this.#lines = this.#program.lines[Symbol.asyncIterator]();
  }

  order(what: 'go' | 'take'): void {
    this.#program.order(what);
  }

  /** The next line. */
  async answer(): Promise<string> {
    const { value, done } = await this.#lines.next();
    assert.ok(done !== true, `the probe in pod ${this.#name} ended: ${this.#program.errors}`);
    return value;
  }

  end(): Promise<void> {
    return this.#program.end();
  }
}
