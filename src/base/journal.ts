import { WeftError } from './errors.ts';

/** Changes; half of them at least. One edit of a policy can replace some thousand values. */
const remembered = 20_000;

/**
 * A keyed collection that remembers its latest changes, so that whoever has seen an earlier state of it can follow at
 * the cost of what has changed. Written in one place; read as snapshots that never change.
 */
export class Journal<V> {
  readonly #keyOf: (value: V) => string;
  readonly #equal: (a: V, b: V) => boolean;
  readonly #values = new Map<string, V>();
  /** Changes with the versions from `#forgotten` + 1 to `#version`. */
  #log: Change<V>[] = [];
  #forgotten = 0;
  #snapshot: JournalSnapshot<V> | undefined;

  /** @param equal two values with one key that are the same: setting one over the other is no change */
  constructor(keyOf: (value: V) => string, equal: (a: V, b: V) => boolean = Object.is) {
    this.#keyOf = keyOf;
    this.#equal = equal;
  }

  get size(): number {
    return this.#values.size;
  }

  get(key: string): V | undefined {
    return this.#values.get(key);
  }

  set(value: V): void {
    const key = this.#keyOf(value);
    const before = this.#values.get(key);
    if (before !== undefined && this.#equal(before, value)) return;
    this.#values.set(key, value);
    this.#note({ key, before, after: value });
  }

  delete(key: string): void {
    const before = this.#values.get(key);
    if (before === undefined) return;
    this.#values.delete(key);
    this.#note({ key, before, after: undefined });
  }

  /** The collection as it is now; the same object as long as nothing changes. */
  snapshot(): JournalSnapshot<V> {
    this.#snapshot ??= this.#view(this.#version, this.#values.size);
    return this.#snapshot;
  }

  get #version(): number {
    return this.#forgotten + this.#log.length;
  }

  #note(change: Change<V>): void {
    this.#snapshot = undefined;
    this.#log.push(change);
    // Half of it at a time: forgetting costs nothing on average.
    if (this.#log.length < Math.max(remembered, 2 * this.#values.size)) return;
    const forget = this.#log.length >> 1;
    this.#log = this.#log.slice(forget);
    this.#forgotten += forget;
  }

  #view(version: number, size: number): JournalSnapshot<V> {
    return {
      source: this,
      version,
      size,
      get: (key) => {
        const change = this.#changesFrom(version).find((one) => one.key === key);
        return change === undefined ? this.#values.get(key) : change.before;
      },
      values: () => (version === this.#version ? this.#values.values() : this.#valuesAt(version).values()),
      since: (older) => (older.source === this ? this.#between(older.version, version) : undefined),
    };
  }

  #changesFrom(version: number): readonly Change<V>[] {
    if (version < this.#forgotten) {
      const found = `${this.#version - version} changes ago found, the last ${this.#log.length} are remembered`;
      throw new WeftError('JOURNAL_FORGOTTEN', `Cannot read a collection as it was: ${found}`);
    }
    return version >= this.#version ? [] : this.#log.slice(version - this.#forgotten);
  }

  #valuesAt(version: number): ReadonlyMap<string, V> {
    const values = new Map(this.#values);
    for (const { key, before } of this.#changesFrom(version).toReversed()) {
      if (before === undefined) values.delete(key);
      else values.set(key, before);
    }
    return values;
  }

  #between(older: number, newer: number): JournalDelta<V> | undefined {
    if (older < this.#forgotten || older > newer) return undefined;
    const first = new Map<string, V | undefined>();
    const last = new Map<string, V | undefined>();
    for (const { key, before, after } of this.#log.slice(older - this.#forgotten, newer - this.#forgotten)) {
      if (!first.has(key)) first.set(key, before);
      last.set(key, after);
    }
    const removed: V[] = [];
    const added: V[] = [];
    for (const [key, before] of first) {
      const after = last.get(key);
      if (before !== undefined && after !== undefined && this.#equal(before, after)) continue;
      if (before !== undefined) removed.push(before);
      if (after !== undefined) added.push(after);
    }
    return { removed, added };
  }
}

/** What leads from one state of a collection to a later one; a value that was replaced is in both lists. */
export interface JournalDelta<V> {
  readonly removed: readonly V[];
  readonly added: readonly V[];
}

/**
 * One state of a {@link Journal}. One that many changes have followed is forgotten: nobody can read it any more.
 */
export interface JournalSnapshot<V> {
  /** Snapshots with one source are states of one collection. */
  readonly source: unknown;
  readonly version: number;
  readonly size: number;
  /** @throws WeftError JOURNAL_FORGOTTEN */
  get(key: string): V | undefined;
  /** @throws WeftError JOURNAL_FORGOTTEN, at the first value */
  values(): Iterable<V>;
  /** Costs what changed since; `undefined` when that is forgotten, or `older` is no earlier state of this collection. */
  since(older: JournalSnapshot<V>): JournalDelta<V> | undefined;
}

interface Change<V> {
  readonly key: string;
  readonly before: V | undefined;
  readonly after: V | undefined;
}

/**
 * The collection with every value turned into another one, when it is read. Views of one collection by one function are
 * states of one collection, too.
 */
export function mapSnapshot<A, B>(snapshot: JournalSnapshot<A>, map: (value: A) => B): JournalSnapshot<B> {
  return new MappedSnapshot(snapshot, map);
}

class MappedSnapshot<A, B> implements JournalSnapshot<B> {
  readonly #inner: JournalSnapshot<A>;
  readonly #map: (value: A) => B;

  constructor(inner: JournalSnapshot<A>, map: (value: A) => B) {
    this.#inner = inner;
    this.#map = map;
  }

  get source(): unknown {
    return this.#inner.source;
  }

  get version(): number {
    return this.#inner.version;
  }

  get size(): number {
    return this.#inner.size;
  }

  get(key: string): B | undefined {
    const value = this.#inner.get(key);
    return value === undefined ? undefined : this.#map(value);
  }

  *values(): Iterable<B> {
    for (const value of this.#inner.values()) yield this.#map(value);
  }

  since(older: JournalSnapshot<B>): JournalDelta<B> | undefined {
    if (!(older instanceof MappedSnapshot) || older.#map !== this.#map) return undefined;
    const delta = this.#inner.since(older.#inner as JournalSnapshot<A>);
    return delta && { removed: delta.removed.map(this.#map), added: delta.added.map(this.#map) };
  }
}
