import type { Pod } from '../api/core.ts';
import { pods } from '../api/kinds.ts';
import { errorText } from '../base/errors.ts';
import { backoffMs } from '../base/retry.ts';
import type { ContainerIo } from './container-io.ts';
import { PodContainers } from './kubelet-containers.ts';
import { type KubeletContext, timestamp } from './kubelet-context.ts';
import { recordEvent } from './kubelet-event.ts';
import { createSandbox, removeSandbox } from './kubelet-sandbox.ts';
import { writePodFiles } from './pod-files.ts';
import { removePodLogs } from './pod-logs.ts';
import { type PodRecord, podDirectory, removePodRecord, type SandboxRecord, writePodRecord } from './pod-record.ts';
import { type ContainerFact, computePodStatus } from './pod-status.ts';

const sandboxBackoff = { firstMs: 500, maxMs: 10_000 };

/**
 * The life of one pod on this node, from the first sight of it until it is deleted from the API: sandbox, containers,
 * status, end. Steps run one after the other; `update` and `remove` only say what is wanted.
 */
export class PodWorker {
  readonly #context: KubeletContext;
  #pod: Pod;
  #record: PodRecord;
  #containers: PodContainers | undefined;
  #failure: string | undefined;
  #lastStatus = '';
  readonly #ending = new AbortController();
  #statusQueue: Promise<void> = Promise.resolve();
  /** Resolves when nothing of the pod is left here. */
  readonly finished: Promise<void>;

  constructor(context: KubeletContext, pod: Pod, record?: PodRecord) {
    this.#context = context;
    this.#pod = pod;
    this.#record = record ?? {
      uid: pod.metadata.uid ?? '',
      namespace: pod.metadata.namespace ?? 'default',
      name: pod.metadata.name,
      startTime: pod.status?.startTime ?? timestamp(context.clock),
      containers: {},
    };
    this.finished = this.#live();
  }

  /** A newer version of the pod object. A deletion time ends the pod. */
  update(pod: Pod): void {
    this.#pod = pod;
    if (pod.metadata.deletionTimestamp !== undefined) this.#ending.abort();
  }

  /** The pod is gone from the API: end it at once. */
  remove(): void {
    this.#pod = { ...this.#pod, metadata: { ...this.#pod.metadata, deletionGracePeriodSeconds: 0 } };
    this.#ending.abort();
  }

  /** The latest version of the pod object that was seen. */
  get pod(): Pod {
    return this.#pod;
  }

  get record(): PodRecord {
    return this.#record;
  }

  /** What is known about each container. */
  facts(): readonly ContainerFact[] {
    return this.#containers?.facts() ?? this.#waitingFacts();
  }

  /** The streams of a container, once it was started. */
  io(container: string): ContainerIo | undefined {
    return this.#containers?.io(container);
  }

  async #live(): Promise<void> {
    if (this.#pod.metadata.deletionTimestamp !== undefined) this.#ending.abort();
    await this.#start();
    if (!this.#ending.signal.aborted) {
      await new Promise((resolve) => this.#ending.signal.addEventListener('abort', resolve, { once: true }));
    }
    await this.#end();
  }

  async #start(): Promise<void> {
    const own = this.#pod.spec.hostNetwork !== true;
    if (own && this.#record.sandbox?.result === undefined) await this.#attach();
    if (this.#ending.signal.aborted) return;
    const { podsDirectory, node } = this.#context;
    writePodFiles(podDirectory(podsDirectory, this.#record.uid), this.#pod, node, this.#podIps());
    const netns = this.#record.sandbox?.attachment.netns;
    const containers = new PodContainers(this.#context, this.#pod, netns, () => this.#report());
    this.#containers = containers;
    containers.start(this.#record.containers);
  }

  /** Tries until the sandbox stands or the pod ends. */
  async #attach(): Promise<void> {
    for (let attempt = 0; !this.#ending.signal.aborted; attempt++) {
      try {
        await this.#dropInterrupted();
        const sandbox = await this.#context.sandboxLimit(() =>
          createSandbox(this.#context, this.#pod, (begun) => this.#remember(begun)),
        );
        this.#failure = undefined;
        return this.#remember(sandbox);
      } catch (error) {
        this.#forget();
        this.#failure = errorText(error);
        this.#context.log.warn('cannot attach pod', { pod: this.#name(), error: this.#failure });
        void recordEvent(this.#context, this.#pod, 'Warning', 'FailedCreatePodSandBox', this.#failure);
        this.#report();
        await this.#context.clock
          .sleep(backoffMs(sandboxBackoff, attempt, Math.random()), this.#ending.signal)
          .catch(() => {});
      }
    }
  }

  /** An attachment that was under way when an earlier kubelet died is undone before the next one. */
  async #dropInterrupted(): Promise<void> {
    const { sandbox } = this.#record;
    if (sandbox !== undefined) await removeSandbox(this.#context, sandbox);
    this.#forget();
  }

  async #end(): Promise<void> {
    const { metadata, spec } = this.#pod;
    const graceSeconds = metadata.deletionGracePeriodSeconds ?? spec.terminationGracePeriodSeconds ?? 30;
    await this.#containers?.stop(graceSeconds * 1000);
    const { sandbox } = this.#record;
    for (let attempt = 0; sandbox !== undefined; attempt++) {
      try {
        await this.#context.sandboxLimit(() => removeSandbox(this.#context, sandbox));
        break;
      } catch (error) {
        this.#context.log.warn('cannot detach pod', { pod: this.#name(), error: errorText(error) });
        await this.#context.clock.sleep(backoffMs(sandboxBackoff, attempt, Math.random()), this.#context.signal);
      }
    }
    await this.#statusQueue;
    await this.#deleteObject();
    removePodRecord(this.#context.podsDirectory, this.#record.uid);
    removePodLogs(this.#context, this.#pod);
  }

  async #deleteObject(): Promise<void> {
    const { cluster, clock, signal } = this.#context;
    const { name, namespace } = this.#record;
    for (let attempt = 0; ; attempt++) {
      try {
        await cluster.delete(pods, name, namespace, { uid: this.#record.uid, gracePeriodSeconds: 0 });
        return;
      } catch (error) {
        const code = (error as { code?: string }).code;
        if (code === 'API_CONFLICT' || code === 'API_NOT_FOUND') return;
        this.#context.log.warn('cannot delete pod object', { pod: this.#name(), error: errorText(error) });
        await clock.sleep(backoffMs(sandboxBackoff, attempt, Math.random()), signal);
      }
    }
  }

  /** Writes the status when it changed; writes follow one another. */
  #report(): void {
    this.#save({ containers: this.#containers?.records() ?? this.#record.containers });
    this.#statusQueue = this.#statusQueue.then(() => this.#writeStatus());
  }

  async #writeStatus(): Promise<void> {
    const { cluster, clock, nodeIps } = this.#context;
    const status = computePodStatus(
      this.#pod,
      {
        hostIp: nodeIps[0] ?? '',
        podIps: this.#podIps(),
        ...(this.#record.sandbox === undefined ? {} : { containerId: this.#record.sandbox.attachment.containerId }),
        startTime: this.#record.startTime,
        containers: this.facts(),
      },
      timestamp(clock),
    );
    const text = JSON.stringify(status);
    if (text === this.#lastStatus) return;
    const { name, namespace } = this.#record;
    for (let attempt = 0; attempt < 8; attempt++) {
      try {
        await cluster.patch(pods, name, namespace, 'merge', { status }, { subresource: 'status' });
        this.#lastStatus = text;
        return;
      } catch (error) {
        if ((error as { code?: string }).code === 'API_NOT_FOUND') return;
        this.#context.log.warn('cannot write pod status', { pod: this.#name(), error: errorText(error) });
        await clock.sleep(backoffMs(sandboxBackoff, attempt, Math.random()), this.#context.signal).catch(() => {});
      }
    }
  }

  #waitingFacts(): readonly ContainerFact[] {
    return this.#pod.spec.containers.map((one) => ({
      name: one.name,
      restartCount: 0,
      state: {
        kind: 'waiting',
        reason: 'ContainerCreating',
        ...(this.#failure === undefined ? {} : { message: this.#failure }),
      },
    }));
  }

  #podIps(): readonly string[] {
    return this.#pod.spec.hostNetwork === true ? this.#context.nodeIps : (this.#record.sandbox?.podIps ?? []);
  }

  #remember(sandbox: SandboxRecord): void {
    this.#save({ sandbox });
  }

  #forget(): void {
    const { sandbox: _dropped, ...rest } = this.#record;
    this.#record = rest;
    writePodRecord(this.#context.podsDirectory, rest);
  }

  #save(part: Partial<PodRecord>): void {
    this.#record = { ...this.#record, ...part };
    writePodRecord(this.#context.podsDirectory, this.#record);
  }

  #name(): string {
    return `${this.#record.namespace}/${this.#record.name}`;
  }
}
