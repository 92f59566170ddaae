import type { Kind, KubernetesObject } from '../api/meta.ts';
import type { Logger } from '../base/log.ts';
import type { Cluster, PatchType } from '../datastore/cluster.ts';
import { compareVersions } from '../datastore/compare-versions.ts';
import { keyOf, objectKey } from '../datastore/object-key.ts';
import { WatchCache } from '../datastore/watch-cache.ts';

interface Acknowledged<T> {
  /** `undefined`: deleted. */
  readonly object: T | undefined;
  readonly uid: string | undefined;
  readonly version: string | undefined;
}

/** How many deleted objects are remembered, so that a late answer does not bring one back. */
const rememberedDeletions = 4096;

/**
 * All objects of a kind, including what this process has just written: an acknowledged write is visible at once, not
 * when the watch delivers it. A controller that looks twice therefore never makes a thing twice.
 *
 * Survives: the watch delivering a write before its answer arrives, after it, or the deletion of the object in between.
 */
export class FreshCache<T extends KubernetesObject> {
  readonly #cluster: Cluster;
  readonly #kind: Kind<T>;
  readonly #cache: WatchCache<T>;
  readonly #acknowledged = new Map<string, Acknowledged<T>>();
  readonly #deletedUids = new Set<string>();
  readonly #listeners = new Set<(object: T, old: T | undefined) => void>();

  constructor(cluster: Cluster, kind: Kind<T>, logger: Logger) {
    this.#cluster = cluster;
    this.#kind = kind;
    this.#cache = new WatchCache(cluster, kind, { logger });
    this.#cache.onChange((event) => {
      this.#observe(event.object, event.type === 'deleted');
      this.#emit(event.object, event.type === 'updated' ? event.old : undefined);
    });
  }

  /** Resolves after the first complete list. */
  start(signal: AbortSignal): Promise<void> {
    return this.#cache.start(signal);
  }

  stop(): Promise<void> {
    return this.#cache.stop();
  }

  items(): readonly T[] {
    if (this.#acknowledged.size === 0) return this.#cache.items();
    const overlaid = this.#cache.items().filter((object) => !this.#acknowledged.has(objectKey(object)));
    for (const { object } of this.#acknowledged.values()) if (object !== undefined) overlaid.push(object);
    return overlaid;
  }

  get(name: string, namespace?: string): T | undefined {
    const known = this.#acknowledged.get(keyOf(name, namespace));
    return known === undefined ? this.#cache.get(name, namespace) : known.object;
  }

  /** Called for every change, others' and our own; `old` only where the watch knows it. */
  onChange(listener: (object: T, old: T | undefined) => void): void {
    this.#listeners.add(listener);
  }

  /** Asks the server, for decisions that must not rest on a cache. */
  read(name: string, namespace?: string): Promise<T | undefined> {
    return this.#cluster.get(this.#kind, name, namespace);
  }

  async create(object: T): Promise<T> {
    return this.#learn(await this.#cluster.create(this.#kind, object));
  }

  async update(object: T): Promise<T> {
    return this.#learn(await this.#cluster.update(this.#kind, object));
  }

  async updateStatus(object: T): Promise<T> {
    return this.#learn(await this.#cluster.updateStatus(this.#kind, object));
  }

  async patch(object: T, type: PatchType, body: unknown, subresource?: 'status'): Promise<T> {
    const { name, namespace } = object.metadata;
    const options = subresource === undefined ? {} : { subresource };
    return this.#learn(await this.#cluster.patch(this.#kind, name, namespace, type, body, options));
  }

  /** Deletes exactly this object, not a new one of the same name. An object that waits for its end stays visible. */
  async delete(object: T, options: { readonly gracePeriodSeconds?: number } = {}): Promise<void> {
    const { name, namespace, uid } = object.metadata;
    const guard = { ...options, ...(uid !== undefined && { uid }) };
    const answer = await this.#cluster.delete(this.#kind, name, namespace, guard);
    const ending = answer?.metadata;
    const waits = (ending?.deletionGracePeriodSeconds ?? 0) > 0 || (ending?.finalizers ?? []).length > 0;
    if (answer !== undefined && ending?.deletionTimestamp !== undefined && waits) this.#learn(answer);
    else this.#forget(object);
  }

  #learn(object: T): T {
    const { uid, resourceVersion, name, namespace } = object.metadata;
    if (uid !== undefined && this.#deletedUids.has(uid)) return object;
    const cached = this.#cache.get(name, namespace);
    const isNews =
      cached?.metadata.uid !== uid || compareVersions(cached?.metadata.resourceVersion, resourceVersion) < 0;
    if (isNews) this.#acknowledged.set(objectKey(object), { object, uid, version: resourceVersion });
    this.#emit(object, undefined);
    return object;
  }

  #forget(object: T): void {
    const { uid, resourceVersion, name, namespace } = object.metadata;
    if (this.#cache.get(name, namespace)?.metadata.uid === uid) {
      this.#acknowledged.set(objectKey(object), { object: undefined, uid, version: resourceVersion });
    } else this.#acknowledged.delete(objectKey(object));
    this.#emit(object, undefined);
  }

  /** What the watch shows replaces what we know from our own writes, unless it is older. */
  #observe(object: T, deleted: boolean): void {
    const { uid, resourceVersion } = object.metadata;
    if (deleted && uid !== undefined) this.#rememberDeleted(uid);
    const known = this.#acknowledged.get(objectKey(object));
    if (known === undefined) return;
    const order = compareVersions(resourceVersion, known.version);
    const isNewer = order > 0 || (order === 0 && known.object !== undefined);
    if (known.uid === uid ? deleted || isNewer : order > 0 && !deleted) this.#acknowledged.delete(objectKey(object));
  }

  #rememberDeleted(uid: string): void {
    this.#deletedUids.add(uid);
    if (this.#deletedUids.size <= rememberedDeletions) return;
    for (const oldest of this.#deletedUids) {
      this.#deletedUids.delete(oldest);
      return;
    }
  }

  #emit(object: T, old: T | undefined): void {
    for (const listener of this.#listeners) listener(object, old);
  }
}
