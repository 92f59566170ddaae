import type { CalicoNodeStatus } from '../api/calico-config.ts';
import { calicoNodeStatuses } from '../api/kinds.ts';
import { timestamp } from '../api/timestamp.ts';
import type { Clock } from '../base/clock.ts';
import { errorText, hasCode } from '../base/errors.ts';
import type { Startable } from '../base/lifecycle.ts';
import type { Logger } from '../base/log.ts';
import { type Backoff, backoffMs } from '../base/retry.ts';
import type { Cluster } from '../datastore/cluster.ts';
import { WatchCache } from '../datastore/watch-cache.ts';

/** What a node says of itself. */
export type NodeStatusAnswer = Omit<NonNullable<CalicoNodeStatus['status']>, 'lastUpdated'>;

/** What the answers are made with. */
export interface NodeStatusAnswersParts {
  readonly cluster: Cluster;
  readonly nodeName: string;
  readonly clock: Clock;
  readonly random: () => number;
  readonly log: Logger;
  readonly answer: (classes: CalicoNodeStatus['spec']['classes'], signal: AbortSignal) => Promise<NodeStatusAnswer>;
}

const backoff: Backoff = { firstMs: 500, maxMs: 30_000 };
const attempts = 5;

/**
 * Answers every CalicoNodeStatus that asks this node: when it appears, when its question changes, and then as often as it
 * wants. A server without this kind is no obstacle to anything else.
 */
export class NodeStatusAnswers implements Startable {
  readonly #parts: NodeStatusAnswersParts;
  readonly #questions: WatchCache<CalicoNodeStatus>;
  readonly #stop = new AbortController();
  /** By name of the object: what it asks, and the end of what is being done about it. */
  readonly #running = new Map<string, { readonly question: string; readonly end: AbortController }>();

  constructor(parts: NodeStatusAnswersParts) {
    this.#parts = parts;
    this.#questions = new WatchCache(parts.cluster, calicoNodeStatuses, { logger: parts.log });
    this.#questions.onChange(({ type, object }) => {
      if (type === 'deleted' || object.spec.node !== parts.nodeName) this.#forget(object.metadata.name);
      else this.#take(object);
    });
  }

  async start(signal: AbortSignal): Promise<void> {
    signal.addEventListener('abort', () => void this.stop(), { once: true });
    this.#questions.start(this.#stop.signal).catch(() => {});
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#questions.stop();
  }

  /** Our own answer changes the object, too, but not its question. */
  #take({ metadata, spec }: CalicoNodeStatus): void {
    const question = JSON.stringify([metadata.uid, spec.classes, spec.updatePeriodSeconds]);
    if (this.#running.get(metadata.name)?.question === question) return;
    this.#forget(metadata.name);
    const end = new AbortController();
    this.#running.set(metadata.name, { question, end });
    void this.#follow(metadata.name, AbortSignal.any([end.signal, this.#stop.signal]));
  }

  #forget(name: string): void {
    this.#running.get(name)?.end.abort();
    this.#running.delete(name);
  }

  async #follow(name: string, signal: AbortSignal): Promise<void> {
    const { clock, random, log } = this.#parts;
    let failures = 0;
    while (!signal.aborted) {
      const period = this.#questions.get(name)?.spec.updatePeriodSeconds ?? 0;
      try {
        await this.#answer(name, signal);
        failures = 0;
        if (period === 0) return;
      } catch (error) {
        if (signal.aborted || hasCode(error, 'API_NOT_FOUND')) return;
        if (failures === 0) log.warn('cannot answer CalicoNodeStatus', { name, error: errorText(error) });
        failures += 1;
      }
      const pauseMs = failures > 0 ? backoffMs(backoff, failures - 1, random()) : period * 1000;
      await clock.sleep(pauseMs, signal).catch(() => {});
    }
  }

  async #answer(name: string, signal: AbortSignal): Promise<void> {
    const { cluster, clock, answer } = this.#parts;
    const { spec } = this.#questions.get(name) ?? {};
    if (spec === undefined) return;
    const status = { lastUpdated: timestamp(clock.now()), ...(await answer(spec.classes, signal)) };
    for (let attempt = 1; !signal.aborted; attempt++) {
      // What the watch has is new enough the first time; then somebody else was faster.
      const object = attempt === 1 ? this.#questions.get(name) : await cluster.get(calicoNodeStatuses, name);
      if (object === undefined) return;
      try {
        await cluster.updateStatus(calicoNodeStatuses, { ...object, status });
        return;
      } catch (error) {
        if (!hasCode(error, 'API_CONFLICT') || attempt === attempts) throw error;
      }
    }
  }
}
