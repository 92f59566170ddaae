import type { Container, Pod } from '../api/core.ts';
import { errorText } from '../base/errors.ts';
import { backoffMs } from '../base/retry.ts';
import { ContainerIo } from './container-io.ts';
import { adoptContainerProcess, type ContainerProcess, startContainerProcess } from './kubelet-container.ts';
import { type KubeletContext, timestamp } from './kubelet-context.ts';
import { recordEvent } from './kubelet-event.ts';
import { planContainer } from './kubelet-images.ts';
import { type BuiltInServer, startBuiltInServer } from './kubelet-server.ts';
import { openRunLog } from './pod-logs.ts';
import type { ContainerRecord } from './pod-record.ts';
import type { ContainerFact } from './pod-status.ts';

const restartBackoff = { firstMs: 1000, maxMs: 60_000 };
/** A container that ran this long starts again without a pause. */
const goodRunMs = 60_000;

/**
 * The containers of one pod: started once the sandbox exists, started again by the pod's restart policy, ended together.
 * `changed` is called whenever a fact changed.
 */
export class PodContainers {
  readonly #context: KubeletContext;
  readonly #pod: Pod;
  readonly #netns: string | undefined;
  readonly #changed: () => void;
  readonly #facts = new Map<string, ContainerFact>();
  /** How each container's latest run that is over ended. */
  readonly #ends = new Map<string, ContainerFact['state']>();
  readonly #records = new Map<string, ContainerRecord>();
  readonly #processes = new Map<string, ContainerProcess>();
  readonly #servers = new Map<string, BuiltInServer>();
  readonly #ios = new Map<string, ContainerIo>();
  readonly #stopping = new AbortController();

  constructor(context: KubeletContext, pod: Pod, netns: string | undefined, changed: () => void) {
    this.#context = context;
    this.#pod = pod;
    this.#netns = netns;
    this.#changed = changed;
  }

  /** Starts every container, or adopts it when the record says that it runs already. */
  start(known: Readonly<Record<string, ContainerRecord>>): void {
    for (const container of this.#pod.spec.containers) this.#start(container, known[container.name]);
  }

  facts(): readonly ContainerFact[] {
    return this.#pod.spec.containers.map(
      (one) =>
        this.#facts.get(one.name) ?? {
          name: one.name,
          restartCount: 0,
          state: { kind: 'waiting', reason: 'ContainerCreating' },
        },
    );
  }

  /** The streams of a container's run, the latest one's when it has ended. */
  io(name: string): ContainerIo | undefined {
    return this.#ios.get(name);
  }

  records(): Readonly<Record<string, ContainerRecord>> {
    return Object.fromEntries(this.#records);
  }

  /** TERM, then KILL after the grace period; resolves when nothing runs any more. */
  async stop(graceMs: number): Promise<void> {
    this.#stopping.abort();
    for (const server of this.#servers.values()) server.close();
    this.#servers.clear();
    for (const [name, io] of this.#ios) if (!this.#processes.has(name)) io.close();
    for (const { name, state } of this.facts()) {
      if (state.kind === 'running') this.#tell('Normal', 'Killing', `Stopping container ${name}`);
    }
    const processes = [...this.#processes.values()];
    if (processes.length === 0) return;
    for (const one of processes) one.signal('SIGTERM');
    const ended = Promise.all(processes.map((one) => one.ended));
    const grace = new AbortController();
    const late = this.#context.clock.sleep(graceMs, grace.signal).then(
      () => processes.map((one) => one.signal('SIGKILL')),
      () => {},
    );
    await ended;
    grace.abort();
    await late;
  }

  #start(container: Container, known: ContainerRecord | undefined): void {
    const restartCount = known?.restartCount ?? 0;
    try {
      const process = this.#begin(container, known, restartCount);
      this.#running(container, restartCount, known?.startedAt, process);
      if (known?.process === undefined) this.#tell('Normal', 'Started', `Started container ${container.name}`);
      if (process !== undefined) void this.#follow(container, process, restartCount);
    } catch (error) {
      this.#ios.get(container.name)?.close();
      this.#waiting(container, restartCount, 'StartError', errorText(error));
      void this.#startLater(container, restartCount + 1);
    }
  }

  /** What runs in the container now; nothing for the built-in server, which lives in this process. */
  #begin(container: Container, known: ContainerRecord | undefined, restartCount: number): ContainerProcess | undefined {
    const plan = planContainer(container);
    const log = openRunLog(this.#context, this.#pod, container.name, restartCount);
    if (plan.kind === 'command') {
      const process =
        known?.process === undefined
          ? startContainerProcess(this.#context, this.#pod, container, plan.command, { netns: this.#netns, log })
          : adoptContainerProcess(this.#context, this.#pod, container, known.process, log);
      this.#processes.set(container.name, process);
      this.#ios.set(container.name, process.io);
      return process;
    }
    const io = ContainerIo.none(log);
    this.#ios.set(container.name, io);
    if (plan.kind === 'server') {
      const { name, namespace } = this.#pod.metadata;
      const identity = { pod: name, namespace: namespace ?? 'default', node: this.#context.node };
      this.#servers.set(
        container.name,
        startBuiltInServer(this.#netns, plan.ports, identity, (line) => io.print(line)),
      );
    }
    return undefined;
  }

  async #follow(container: Container, process: ContainerProcess, restartCount: number): Promise<void> {
    const began = this.#context.clock.monotonicMs();
    const exitCode = await process.ended.catch(() => undefined);
    if (exitCode === undefined) return;
    this.#processes.delete(container.name);
    const finishedAt = timestamp(this.#context.clock);
    const startedAt = this.#records.get(container.name)?.startedAt;
    const state = {
      kind: 'terminated' as const,
      exitCode,
      finishedAt,
      ...(startedAt === undefined ? {} : { startedAt }),
    };
    this.#set({ name: container.name, restartCount, state });
    const policy = this.#pod.spec.restartPolicy ?? 'Always';
    if (policy === 'Never' || (policy === 'OnFailure' && exitCode === 0)) return;
    const longRun = this.#context.clock.monotonicMs() - began > goodRunMs;
    await this.#startLater(container, longRun ? 0 : restartCount + 1, restartCount + 1);
  }

  async #startLater(container: Container, attempt: number, restartCount = attempt): Promise<void> {
    if (this.#stopping.signal.aborted) return;
    if (attempt > 1) {
      this.#waiting(container, restartCount, 'CrashLoopBackOff', 'restarting after a pause');
      this.#tell('Warning', 'BackOff', `Back-off restarting failed container ${container.name}`);
    }
    try {
      const pause = attempt === 0 ? 0 : backoffMs(restartBackoff, attempt - 1, 0.5);
      await this.#context.clock.sleep(pause, this.#stopping.signal);
    } catch {
      return;
    }
    this.#start(container, { restartCount, startedAt: timestamp(this.#context.clock) });
  }

  #running(
    container: Container,
    restartCount: number,
    since: string | undefined,
    process: ContainerProcess | undefined,
  ): void {
    const startedAt = since ?? timestamp(this.#context.clock);
    this.#records.set(container.name, {
      restartCount,
      startedAt,
      ...(process === undefined ? {} : { process: process.process }),
    });
    this.#set({ name: container.name, restartCount, state: { kind: 'running', startedAt } });
  }

  #waiting(container: Container, restartCount: number, reason: string, message: string): void {
    this.#set({ name: container.name, restartCount, state: { kind: 'waiting', reason, message } });
  }

  #tell(type: 'Normal' | 'Warning', reason: string, message: string): void {
    void recordEvent(this.#context, this.#pod, type, reason, message);
  }

  #set(fact: ContainerFact): void {
    const last = this.#ends.get(fact.name);
    if (fact.state.kind === 'terminated') this.#ends.set(fact.name, fact.state);
    this.#facts.set(fact.name, last === undefined ? fact : { ...fact, last });
    if (!this.#stopping.signal.aborted) this.#changed();
  }
}
