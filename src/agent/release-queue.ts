import { join } from 'node:path';
import type { Clock } from '../base/clock.ts';
import { errorText } from '../base/errors.ts';
import type { Startable } from '../base/lifecycle.ts';
import type { Logger } from '../base/log.ts';
import { backoffMs } from '../base/retry.ts';
import { RecordFolder } from './record-folder.ts';

interface PendingRelease {
  readonly handle: string;
}

/** What the queue is made with. */
export interface ReleaseQueueOptions {
  readonly runDirectory: string;
  /** Releases all addresses of a handle; none is a success. */
  readonly release: (handle: string) => Promise<unknown>;
  /** False while releasing makes no sense yet: the watches are not in sync. */
  readonly possible: () => boolean;
  readonly clock: Clock;
  readonly random: () => number;
  readonly log: Logger;
  readonly onSize: (size: number) => void;
}

const backoff = { firstMs: 500, maxMs: 5000 };

/**
 * Addresses that are to be released, kept in RUN/releases until the API server has confirmed it: a pod that goes while
 * the server is away must not cost an address, and must not wait.
 */
export class ReleaseQueue implements Startable {
  readonly #options: ReleaseQueueOptions;
  readonly #folder: RecordFolder<PendingRelease>;
  readonly #handles: Set<string>;
  readonly #trying = new Map<string, Promise<boolean>>();
  #wake: (() => void) | undefined;
  #done: Promise<void> | undefined;
  readonly #stop = new AbortController();

  constructor(options: ReleaseQueueOptions) {
    this.#options = options;
    this.#folder = new RecordFolder(join(options.runDirectory, 'releases'), parsePending);
    this.#handles = new Set([...this.#folder.readAll().records.values()].map(({ handle }) => handle));
    options.onSize(this.#handles.size);
  }

  async start(signal: AbortSignal): Promise<void> {
    signal.addEventListener('abort', () => this.#stop.abort(), { once: true });
    this.#done = this.#run();
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    this.#wake?.();
    await this.#done;
  }

  get size(): number {
    return this.#handles.size;
  }

  /**
   * Releases now, within `patienceMs`; what does not work by then is noted on disk and tried until it does. Never throws
   * for an API server that is away.
   */
  async release(handle: string, patienceMs = 10_000): Promise<void> {
    this.#note(handle);
    this.#handles.add(handle);
    this.#options.onSize(this.#handles.size);
    if (!this.#options.possible()) return;
    const timer = new AbortController();
    const late = this.#options.clock.sleep(patienceMs, timer.signal).then(
      () => false,
      () => false,
    );
    await Promise.race([this.#try(handle), late]);
    timer.abort();
    if (this.#handles.has(handle)) this.#wake?.();
  }

  /** The obstacle may be gone. */
  retry(): void {
    this.#wake?.();
  }

  /** The same handle is to be used again after all: when this resolves, it will not be released any more. */
  async keep(handle: string): Promise<void> {
    this.#forget(handle);
    await this.#trying.get(handle);
  }

  /** A full disk must not keep a pod from going: the release is then known to this process alone. */
  #note(handle: string): void {
    try {
      this.#folder.write(handle, { handle });
    } catch (error) {
      this.#options.log.warn('cannot note release', { handle, error: errorText(error) });
    }
  }

  #forget(handle: string): void {
    if (this.#handles.delete(handle)) this.#folder.remove(handle);
    this.#options.onSize(this.#handles.size);
  }

  /** `true` when released. Two at once for one handle share the attempt. */
  #try(handle: string): Promise<boolean> {
    const running = this.#trying.get(handle);
    if (running !== undefined) return running;
    const attempt = this.#attempt(handle).finally(() => this.#trying.delete(handle));
    this.#trying.set(handle, attempt);
    return attempt;
  }

  async #attempt(handle: string): Promise<boolean> {
    try {
      await this.#options.release(handle);
      this.#forget(handle);
      return true;
    } catch (error) {
      this.#options.log.debug('release postponed', { handle, error: errorText(error) });
      return false;
    }
  }

  async #run(): Promise<void> {
    let failures = 0;
    while (!this.#stop.signal.aborted) {
      const waits = this.#handles.size > 0 && this.#options.possible();
      if (waits) {
        const results = await Promise.all([...this.#handles].slice(0, 64).map((handle) => this.#try(handle)));
        failures = results.every(Boolean) ? 0 : failures + 1;
        if (failures === 0 && this.#handles.size > 0) continue;
      }
      await this.#pause(this.#handles.size > 0 ? backoffMs(backoff, failures, this.#options.random()) : undefined);
    }
  }

  /** Until woken, or for that long. */
  async #pause(ms: number | undefined): Promise<void> {
    if (this.#stop.signal.aborted) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#wake = resolve;
    const timer = new AbortController();
    if (ms !== undefined) this.#options.clock.sleep(ms, timer.signal).then(resolve, () => {});
    await promise;
    this.#wake = undefined;
    timer.abort();
  }
}

function parsePending(value: unknown): PendingRelease | undefined {
  if (typeof value !== 'object' || value === null || !('handle' in value)) return undefined;
  return typeof value.handle === 'string' ? { handle: value.handle } : undefined;
}
