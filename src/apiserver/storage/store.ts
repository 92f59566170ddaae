import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { errorText } from '../../base/errors.ts';
import type { Logger } from '../../base/log.ts';
import type { ApiObject } from '../json.ts';
import { StatusError } from '../status-error.ts';
import { type Change, Entry, type EntryKey } from './entry.ts';
import { defaultRetention, EventLog, type Retention } from './event-log.ts';
import { type DatabaseOptions, openDatabase } from './open-database.ts';

/** Options of {@link Store.open}. */
export interface StoreOptions extends DatabaseOptions {
  readonly retention?: Retention;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/** One group commit: the writes since the last one, and who waits for them. */
interface Batch {
  readonly changes: Change[];
  readonly done: PromiseWithResolvers<void>;
}

const compactEvery = 2000;

/**
 * All objects, in memory and in SQLite.
 *
 * - Writes are synchronous in memory and become durable together: all writes of one turn of the event loop share one
 *   transaction (group commit). {@link Store.committed} resolves when they are on disk; only then may a client hear
 *   of them, be it as an answer or through a watch.
 * - Reads look at memory. {@link Store.flush} first, so that nothing is shown that a crash could take back.
 * - A failed commit takes all its writes back in memory too and fails everybody who waits for them.
 */
export class Store {
  readonly log: EventLog;
  readonly #database: DatabaseSync;
  readonly #logger: Logger;
  readonly #now: () => number;
  readonly #retention: Retention;
  readonly #objects = new Map<string, Map<string, Entry>>();
  readonly #listeners = new Set<(changes: readonly Change[]) => void>();
  readonly #upsert: StatementSync;
  readonly #delete: StatementSync;
  #batch: Batch | undefined;
  #version: number;
  #sinceCompaction = 0;
  #closed = false;
  #failure: string | undefined;

  private constructor(database: DatabaseSync, options: StoreOptions) {
    this.#database = database;
    this.#logger = options.log;
    this.#now = options.now;
    this.#retention = options.retention ?? defaultRetention;
    this.log = new EventLog(database);
    this.#upsert = database.prepare(
      'INSERT INTO objects (resource, namespace, name, version, text) VALUES (?, ?, ?, ?, ?) ON CONFLICT (resource, namespace, name) DO UPDATE SET version = excluded.version, text = excluded.text',
    );
    this.#delete = database.prepare('DELETE FROM objects WHERE resource = ? AND namespace = ? AND name = ?');
    this.#version = this.log.newest();
    this.#load();
  }

  /** Opens the file, reads all objects. Errors: see {@link openDatabase}. */
  static open(options: StoreOptions): Store {
    return new Store(openDatabase(options), options);
  }

  /** The newest resourceVersion handed out. */
  get version(): number {
    return this.#version;
  }

  get(key: EntryKey): Entry | undefined {
    return this.#objects.get(key.resource)?.get(mapKey(key.namespace, key.name));
  }

  /** All objects of a resource (of one namespace), ordered by namespace, then name. */
  scan(resource: string, namespace?: string): Entry[] {
    const all = [...(this.#objects.get(resource)?.values() ?? [])];
    const found = namespace === undefined ? all : all.filter((entry) => entry.namespace === namespace);
    return found.sort(compareKeys);
  }

  /** Resources with at least one object. */
  resources(): string[] {
    return [...this.#objects].filter(([, entries]) => entries.size > 0).map(([resource]) => resource);
  }

  /** How many objects there are of a resource. */
  count(resource: string): number {
    return this.#objects.get(resource)?.size ?? 0;
  }

  /** Why the last commit failed, `undefined` when it did not: what a health check asks. */
  problem(): string | undefined {
    return this.#closed ? 'the database is closed' : this.#failure;
  }

  /** Stores `object` under the next resourceVersion, which it writes into the object. */
  put(key: EntryKey, object: ApiObject): Entry {
    const previous = this.get(key);
    const version = this.#nextVersion();
    object.metadata.resourceVersion = String(version);
    const entry = new Entry(key, version, serialize(object));
    this.#set(entry);
    this.#record({ type: previous === undefined ? 'ADDED' : 'MODIFIED', entry, previous });
    return entry;
  }

  /** Removes an object; the returned entry is its last state with the version of the removal. */
  remove(key: EntryKey): Entry | undefined {
    const previous = this.get(key);
    if (previous === undefined) return undefined;
    const version = this.#nextVersion();
    const object = previous.copy();
    object.metadata.resourceVersion = String(version);
    const entry = new Entry(key, version, JSON.stringify(object));
    this.#unset(key);
    this.#record({ type: 'DELETED', entry, previous });
    return entry;
  }

  /** Called after every commit with its changes, in order of version. Returns the function that ends it. */
  subscribe(listener: (changes: readonly Change[]) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Resolves when every write made so far is on disk; rejects with a `StatusError` (507 or 500) when it failed. */
  committed(): Promise<void> {
    return this.#batch?.done.promise ?? Promise.resolve();
  }

  /** Commits what is waiting, now. Never throws: failures go to those who wait in {@link Store.committed}. */
  flush(): void {
    const batch = this.#batch;
    if (batch === undefined) return;
    this.#batch = undefined;
    try {
      this.#write(batch.changes);
    } catch (error) {
      this.#failure = errorText(error);
      this.#takeBack(batch.changes);
      batch.done.reject(this.#writeError(error));
      return;
    }
    this.#failure = undefined;
    batch.done.resolve();
    for (const listener of this.#listeners) listener(batch.changes);
    this.#sinceCompaction += batch.changes.length;
    if (this.#sinceCompaction >= compactEvery) this.compact();
  }

  /** Drops history beyond the retention. A failure is logged: history may be longer than asked, nothing is wrong. */
  compact(): void {
    this.#sinceCompaction = 0;
    try {
      this.log.compact(this.#retention, this.#now());
    } catch (error) {
      this.#logger.warn('cannot compact the event log', { error: errorText(error) });
    }
  }

  /** Commits and closes the file. */
  close(): void {
    if (this.#closed) return;
    this.flush();
    this.#closed = true;
    this.#database.close();
  }

  #load(): void {
    const rows = this.#database.prepare('SELECT resource, namespace, name, version, text FROM objects').iterate();
    for (const row of rows) {
      const key = { resource: String(row.resource), namespace: String(row.namespace), name: String(row.name) };
      this.#set(new Entry(key, Number(row.version), String(row.text)));
    }
  }

  #nextVersion(): number {
    this.#version += 1;
    return this.#version;
  }

  #set(entry: Entry): void {
    let entries = this.#objects.get(entry.resource);
    if (entries === undefined) {
      entries = new Map();
      this.#objects.set(entry.resource, entries);
    }
    entries.set(mapKey(entry.namespace, entry.name), entry);
  }

  #unset(key: EntryKey): void {
    this.#objects.get(key.resource)?.delete(mapKey(key.namespace, key.name));
  }

  #record(change: Change): void {
    if (this.#batch === undefined) {
      const done = Promise.withResolvers<void>();
      // Internal writers (collection of garbage) do not wait; a failure reaches them as "still to do".
      done.promise.catch(() => undefined);
      this.#batch = { changes: [], done };
      setImmediate(() => this.flush());
    }
    this.#batch.changes.push(change);
  }

  #write(changes: readonly Change[]): void {
    const nowMs = this.#now();
    this.#database.exec('BEGIN IMMEDIATE');
    try {
      for (const change of changes) {
        const { resource, namespace, name, version, text } = change.entry;
        if (change.type === 'DELETED') this.#delete.run(resource, namespace, name);
        else this.#upsert.run(resource, namespace, name, version, text);
        this.log.append(change, nowMs);
      }
      this.#database.exec('COMMIT');
    } catch (error) {
      if (this.#database.isTransaction) this.#database.exec('ROLLBACK');
      throw error;
    }
  }

  #takeBack(changes: readonly Change[]): void {
    for (const change of changes.toReversed()) {
      if (change.previous === undefined) this.#unset(change.entry);
      else this.#set(change.previous);
    }
  }

  #writeError(error: unknown): StatusError {
    const text = errorText(error);
    const full = /full/i.test(text);
    const remedy = full ? 'no space is left on its disk; free some and try again' : text;
    return new StatusError(
      full ? 507 : 500,
      full ? 'InsufficientStorage' : 'InternalError',
      `Cannot write the API server's data: ${remedy}`,
      {},
      error,
    );
  }
}

/** The object as text, with the fields that identify it first: they are looked up without parsing. */
function serialize(object: ApiObject): string {
  const { apiVersion, kind, metadata, ...rest } = object;
  const { name, namespace, uid, ...more } = metadata;
  return JSON.stringify({ apiVersion, kind, metadata: { name, namespace, uid, ...more }, ...rest });
}

function mapKey(namespace: string, name: string): string {
  return `${namespace}/${name}`;
}

function compareKeys(a: Entry, b: Entry): number {
  if (a.namespace !== b.namespace) return a.namespace < b.namespace ? -1 : 1;
  if (a.name === b.name) return 0;
  return a.name < b.name ? -1 : 1;
}
