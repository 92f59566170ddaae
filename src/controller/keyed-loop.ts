import { errorText, hasCode } from '../base/errors.ts';
import type { Logger } from '../base/log.ts';
import { backoffMs } from '../base/retry.ts';

/** How a {@link KeyedLoop} works. */
export interface KeyedLoopOptions {
  /** For the log. */
  readonly name: string;
  /** Brings one object to its desired state; may return after how many ms to look again. */
  readonly reconcile: (key: string) => Promise<number | undefined>;
  readonly logger: Logger;
}

/** How many keys are worked on at once; one key never twice at the same time. */
const concurrency = 8;
const backoff = { firstMs: 20, maxMs: 10_000 };

/**
 * Runs `reconcile` for every key that something happened to, as soon as possible; events that arrive before it starts
 * are one run. A run that fails is repeated with growing pauses; a lost compare-and-swap at once, without a word.
 */
export class KeyedLoop {
  readonly #options: KeyedLoopOptions;
  readonly #queued = new Set<string>();
  readonly #running = new Map<string, Promise<void>>();
  readonly #failures = new Map<string, number>();
  readonly #timers = new Map<string, { readonly timer: NodeJS.Timeout; readonly dueMs: number }>();
  #woken = false;
  #stopped = false;

  constructor(options: KeyedLoopOptions) {
    this.#options = options;
  }

  enqueue(key: string): void {
    if (this.#stopped) return;
    this.#queued.add(key);
    if (this.#woken) return;
    this.#woken = true;
    setImmediate(() => {
      this.#woken = false;
      this.#startQueued();
    });
  }

  /** The earliest of several requests counts. */
  enqueueAfter(key: string, ms: number): void {
    const dueMs = performance.now() + ms;
    const waiting = this.#timers.get(key);
    if (this.#stopped || (waiting !== undefined && waiting.dueMs <= dueMs)) return;
    clearTimeout(waiting?.timer);
    const timer = setTimeout(() => {
      this.#timers.delete(key);
      this.enqueue(key);
    }, ms);
    this.#timers.set(key, { timer, dueMs });
  }

  /** Resolves when nothing runs any more. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#queued.clear();
    for (const { timer } of this.#timers.values()) clearTimeout(timer);
    this.#timers.clear();
    await Promise.all(this.#running.values());
  }

  #startQueued(): void {
    for (const key of this.#queued) {
      if (this.#running.size >= concurrency) return;
      if (this.#running.has(key)) continue;
      this.#queued.delete(key);
      this.#running.set(key, this.#run(key));
    }
  }

  async #run(key: string): Promise<void> {
    try {
      const againMs = await this.#options.reconcile(key);
      this.#failures.delete(key);
      if (againMs !== undefined) this.enqueueAfter(key, againMs);
    } catch (error) {
      this.#failed(key, error);
    }
    this.#running.delete(key);
    if (this.#queued.size > 0 && !this.#stopped) this.#startQueued();
  }

  #failed(key: string, error: unknown): void {
    const failures = this.#failures.get(key) ?? 0;
    this.#failures.set(key, failures + 1);
    const lost = hasCode(error, 'API_CONFLICT', 'API_ALREADY_EXISTS');
    if (!lost && !this.#stopped) {
      this.#options.logger.warn('Cannot reconcile', { controller: this.#options.name, key, error: errorText(error) });
    }
    this.enqueueAfter(key, backoffMs(backoff, failures, Math.random()));
  }
}
