import type { Clock } from '../base/clock.ts';
import type { Startable } from '../base/lifecycle.ts';
import { type Backoff, backoffMs } from '../base/retry.ts';
import { mergeScopes, type Scope } from './wake.ts';

/** What the loop needs. */
export interface LoopOptions {
  /** One pass. `false`: something failed, come again after a back-off. A throw counts as `false`. */
  readonly pass: (scope: Scope, signal: AbortSignal) => Promise<boolean>;
  readonly clock: Clock;
  /** In [0, 1), for jitter. */
  readonly random: () => number;
  /** Pause between a wake and its pass, so that a burst of events is one pass. */
  readonly settleMs: number;
  /** A full pass at least this often, less up to a tenth of it at random. */
  readonly refreshMs: number;
  readonly backoff: Backoff;
}

/**
 * The one loop: at most one pass running and one pending. Wakes that come while a pass runs are merged into
 * the pending one, so whatever was true before `wake` returned is seen by a pass that starts afterwards.
 */
export class ReconcileLoop implements Startable {
  readonly #options: LoopOptions;
  readonly #stop = new AbortController();
  #pending: Scope | undefined;
  #ring: (() => void) | undefined;
  #waiting: (() => void)[] = [];
  #done: Promise<void> | undefined;
  #failedPasses = 0;

  constructor(options: LoopOptions) {
    this.#options = options;
  }

  /** Starts with a full pass, which is also the sweep of what an earlier run left. Resolves at once. */
  async start(signal: AbortSignal): Promise<void> {
    if (signal.aborted) return;
    signal.addEventListener('abort', () => this.#stop.abort(signal.reason), { once: true });
    this.wake('all');
    this.#done = this.#run(this.#stop.signal);
  }

  /** Lets a running pass end, then resolves. */
  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#done;
  }

  /** Asks for a pass; returns at once. */
  wake(scope: Scope): void {
    this.#pending = this.#pending === undefined ? scope : mergeScopes(this.#pending, scope);
    this.#ring?.();
  }

  /** Asks for a pass and resolves when one that started after this call has ended (or the loop has stopped). */
  passAfterNow(scope: Scope): Promise<void> {
    if (this.#stop.signal.aborted) return Promise.resolve();
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#waiting.push(resolve);
    this.wake(scope);
    return promise;
  }

  async #run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const timedOut = await this.#waitForWake(this.#pauseMs(), signal);
      if (signal.aborted) break;
      if (timedOut) this.wake('all');
      else await this.#sleep(this.#settleMs(), signal);
      if (signal.aborted) break;
      await this.#pass(signal);
    }
    for (const resolve of this.#waiting.splice(0)) resolve();
  }

  async #pass(signal: AbortSignal): Promise<void> {
    // What a failed pass left undone lies anywhere: a narrow pass that succeeds must not pass for its repair.
    const scope = this.#failedPasses > 0 ? 'all' : (this.#pending ?? 'all');
    this.#pending = undefined;
    const served = this.#waiting.splice(0);
    let ok = false;
    try {
      ok = await this.#options.pass(scope, signal);
    } catch {
      // The pass itself reports what went wrong; for the loop a throw is only a reason to come again.
    }
    this.#failedPasses = ok ? 0 : this.#failedPasses + 1;
    for (const resolve of served) resolve();
  }

  /** A failing pass makes events of its own; they must not turn the loop into a hot one. */
  #settleMs(): number {
    const { settleMs, backoff } = this.#options;
    return this.#failedPasses > 0 ? Math.max(settleMs, backoff.firstMs) : settleMs;
  }

  /** Until the next pass that nobody asked for. */
  #pauseMs(): number {
    const { random, refreshMs, backoff } = this.#options;
    if (this.#failedPasses > 0) return backoffMs(backoff, this.#failedPasses - 1, random());
    return refreshMs * (1 - random() / 10);
  }

  /** `true`: the time was up; `false`: somebody rang or the loop stops. */
  async #waitForWake(ms: number, signal: AbortSignal): Promise<boolean> {
    if (this.#pending !== undefined) return false;
    const timer = new AbortController();
    const { promise: rung, resolve } = Promise.withResolvers<boolean>();
    this.#ring = () => resolve(false);
    signal.addEventListener('abort', this.#ring, { once: true });
    const slept = this.#sleep(ms, timer.signal);
    try {
      return await Promise.race([rung, slept]);
    } finally {
      signal.removeEventListener('abort', this.#ring);
      this.#ring = undefined;
      timer.abort();
    }
  }

  /** `false` when cut short. */
  async #sleep(ms: number, signal: AbortSignal): Promise<boolean> {
    try {
      await this.#options.clock.sleep(ms, signal);
      return true;
    } catch {
      return false;
    }
  }
}
