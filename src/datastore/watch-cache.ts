import { setTimeout as sleep } from 'node:timers/promises';
import type { Kind, KubernetesObject } from '../api/meta.ts';
import { errorText, hasCode, WeftError } from '../base/errors.ts';
import { type Logger, silentLogger } from '../base/log.ts';
import { type Backoff, backoffMs } from '../base/retry.ts';
import type { Cluster, ListOptions, WatchEvent } from './cluster.ts';
import { keyOf, objectKey } from './object-key.ts';

/** What changed in a {@link WatchCache}. An object that was deleted and made again is first `deleted`, then `added`. */
export type CacheEvent<T> =
  | { readonly type: 'added'; readonly object: T }
  | { readonly type: 'updated'; readonly object: T; readonly old: T }
  | { readonly type: 'deleted'; readonly object: T };

/** Which objects to hold, and who hears of trouble. */
export interface WatchCacheOptions<T extends KubernetesObject = KubernetesObject> extends Omit<ListOptions, 'signal'> {
  readonly logger?: Logger;
  readonly backoff?: Backoff;
  /**
   * What of an object is kept; all where absent. Must leave name, namespace, uid and resourceVersion as they are, and what
   * it has trimmed before.
   */
  readonly trim?: (object: T) => T;
  /**
   * Given: the kind may be one that this server does not serve. That is an empty list then, and no trouble; it is looked
   * for so often.
   */
  readonly absentLookMs?: number;
}

const defaultBackoff: Backoff = { firstMs: 200, maxMs: 10_000 };

/** A watch that ended sooner than this counts as a failure, so that a server that closes at once is not hammered. */
const shortWatchMs = 1000;

/**
 * All objects of a kind, kept up to date by list and watch. Never empties itself when the server goes away: it holds the
 * last known state and, when it is back, reports the difference.
 *
 * Survives: the watch is cut or silent (resumed where it was), its version has expired (listed again), the server or the
 * kind is missing for a while (tried again with jitter), objects deleted while away (reported as `deleted`).
 */
export class WatchCache<T extends KubernetesObject> {
  /** Resolves after the first complete list. Rejects with DATASTORE_STOPPED when stopped before. */
  readonly synced: Promise<void>;
  readonly #cluster: Cluster;
  readonly #kind: Kind<T>;
  readonly #options: WatchCacheOptions<T>;
  readonly #objects = new Map<string, T>();
  readonly #listeners = new Set<(event: CacheEvent<T>) => void>();
  readonly #stopping = new AbortController();
  readonly #settle: { resolve: () => void; reject: (error: Error) => void };
  #running: Promise<void> | undefined;
  #items: readonly T[] | undefined;
  #hasSynced = false;
  #problem: string | undefined;
  #version: string | undefined;

  constructor(cluster: Cluster, kind: Kind<T>, options: WatchCacheOptions<T> = {}) {
    this.#cluster = cluster;
    this.#kind = kind;
    this.#options = options;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.synced = promise;
    this.#settle = { resolve, reject };
    // Whoever waits sees the rejection; nobody has to.
    promise.catch(() => {});
  }

  /** Begins listing and watching until the signal or {@link stop}; resolves as {@link synced} does. */
  start(signal?: AbortSignal): Promise<void> {
    if (signal?.aborted === true) this.#stopping.abort();
    signal?.addEventListener('abort', () => this.#stopping.abort(), { once: true, signal: this.#stopping.signal });
    this.#running ??= this.#run(this.#stopping.signal);
    return this.synced;
  }

  /** Ends the watch. What is held stays readable. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#running;
  }

  /** True after the first complete list. */
  get hasSynced(): boolean {
    return this.#hasSynced;
  }

  /** Why the cache may be behind, while it is; for health reports. */
  get problem(): string | undefined {
    return this.#problem;
  }

  /** The server's version that is certain to have been seen: of the last list, event or bookmark. */
  get version(): string | undefined {
    return this.#version;
  }

  get(name: string, namespace?: string): T | undefined {
    return this.#objects.get(keyOf(name, namespace));
  }

  /** The same array until something changes. */
  items(): readonly T[] {
    this.#items ??= [...this.#objects.values()];
    return this.#items;
  }

  /** Calls the listener on every change from now on, the first list included. Returns the way to stop that. */
  onChange(listener: (event: CacheEvent<T>) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async #run(signal: AbortSignal): Promise<void> {
    let failures = 0;
    while (!signal.aborted) {
      const startedMs = performance.now();
      try {
        this.#version ??= await this.#list(signal);
        for await (const event of this.#watch(this.#version, signal)) {
          this.#version = event.object.metadata.resourceVersion ?? this.#version;
          if (event.type !== 'BOOKMARK') this.#apply(event.type === 'DELETED', event.object);
          failures = 0;
        }
        if (performance.now() - startedMs >= shortWatchMs) {
          failures = 0;
          continue;
        }
      } catch (error) {
        if (signal.aborted) break;
        if (hasCode(error, 'API_EXPIRED')) this.#version = undefined;
        else if (this.#options.absentLookMs !== undefined && hasCode(error, 'API_NOT_FOUND')) {
          this.#absent();
          await sleep(this.#options.absentLookMs, undefined, { signal }).catch(() => {});
          continue;
        } else this.#report(error);
      }
      // Also before listing again: a whole cluster of caches must not do so in the same instant.
      const pause = backoffMs(this.#options.backoff ?? defaultBackoff, failures++, Math.random());
      await sleep(pause, undefined, { signal }).catch(() => {});
    }
    this.#settle.reject(
      new WeftError('DATASTORE_STOPPED', `Cannot list ${this.#kind.plural}: stopped before the list`),
    );
  }

  async #list(signal: AbortSignal): Promise<string> {
    const { items, resourceVersion } = await this.#cluster.list(this.#kind, { ...this.#selection(), signal });
    const gone = new Map(this.#objects);
    for (const object of items) {
      gone.delete(objectKey(object));
      this.#apply(false, object);
    }
    this.#listed(gone.values());
    return resourceVersion;
  }

  /** Not served (any more): nothing of the kind can exist. */
  #absent(): void {
    this.#version = undefined;
    this.#listed([...this.#objects.values()]);
  }

  #listed(gone: Iterable<T>): void {
    for (const object of gone) this.#apply(true, object);
    this.#recovered();
    this.#hasSynced = true;
    this.#settle.resolve();
  }

  async *#watch(version: string, signal: AbortSignal): AsyncGenerator<WatchEvent<T>> {
    for await (const event of this.#cluster.watch(this.#kind, version, { ...this.#selection(), signal })) {
      if (signal.aborted) return;
      this.#recovered();
      yield event;
    }
  }

  #selection(): Omit<ListOptions, 'signal'> {
    const { logger: _logger, backoff: _backoff, trim: _trim, absentLookMs: _look, ...selection } = this.#options;
    return selection;
  }

  #apply(deleted: boolean, whole: T): void {
    const object = this.#options.trim === undefined ? whole : this.#options.trim(whole);
    const key = objectKey(object);
    const old = this.#objects.get(key);
    if (deleted) {
      if (old === undefined) return;
      this.#objects.delete(key);
      this.#emit({ type: 'deleted', object });
      return;
    }
    if (old !== undefined && old.metadata.uid !== object.metadata.uid) {
      this.#objects.delete(key);
      this.#emit({ type: 'deleted', object: old });
      this.#apply(false, object);
      return;
    }
    if (old !== undefined && old.metadata.resourceVersion === object.metadata.resourceVersion) return;
    this.#objects.set(key, object);
    this.#emit(old === undefined ? { type: 'added', object } : { type: 'updated', object, old });
  }

  #emit(event: CacheEvent<T>): void {
    this.#items = undefined;
    for (const listener of this.#listeners) listener(event);
  }

  // One line when it breaks and one when it is back, however often it is tried in between.
  #report(error: unknown): void {
    const problem = errorText(error);
    if (problem === this.#problem) return;
    this.#problem = problem;
    this.#logger().warn('cannot watch', { kind: this.#kind.plural, error: problem });
  }

  #recovered(): void {
    if (this.#problem === undefined) return;
    this.#problem = undefined;
    this.#logger().info('watching again', { kind: this.#kind.plural });
  }

  #logger(): Logger {
    return this.#options.logger ?? silentLogger;
  }
}
