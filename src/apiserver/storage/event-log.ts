import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { type Change, Entry } from './entry.ts';

/** How much history is kept for watches that resume and for the later pages of a list. */
export interface Retention {
  readonly maxEvents: number;
  readonly maxAgeMs: number;
}

/** The default: 20,000 changes, but none older than ten minutes unless it is among the last 1,000. */
export const defaultRetention: Retention = { maxEvents: 20_000, maxAgeMs: 600_000 };

const alwaysKept = 1000;

/**
 * The log of changes behind watches: table `events`, one row per write, keyed by resourceVersion.
 * Rows up to `floor` have been compacted away; a watch from below the floor is answered 410.
 */
export class EventLog {
  readonly #database: DatabaseSync;
  readonly #insert: StatementSync;
  readonly #since: StatementSync;
  #floor: number;

  /** Expects the tables of store-schema.ts. */
  constructor(database: DatabaseSync) {
    this.#database = database;
    this.#insert = database.prepare(
      'INSERT INTO events (version, at, type, resource, namespace, name, text, previous) VALUES (?, ?, ?, ?, ?, ?, ?, ?)',
    );
    this.#since = database.prepare(
      'SELECT version, type, namespace, name, text, previous FROM events WHERE resource = ? AND version > ? ORDER BY version',
    );
    this.#floor = Number(database.prepare("SELECT value FROM meta WHERE key = 'floor'").get()?.value ?? 1);
  }

  /** The newest version that is no longer in the log. */
  get floor(): number {
    return this.#floor;
  }

  /** The newest version there is. */
  newest(): number {
    const row = this.#database.prepare('SELECT max(version) AS version FROM events').get();
    return Math.max(this.#floor, Number(row?.version ?? 0));
  }

  /** Adds a row; the caller holds the transaction. */
  append(change: Change, nowMs: number): void {
    const { entry, previous, type } = change;
    this.#insert.run(
      entry.version,
      nowMs,
      type,
      entry.resource,
      entry.namespace,
      entry.name,
      entry.text,
      previous?.text ?? null,
    );
  }

  /** All changes of a resource after `version`, oldest first. The caller has checked the floor. */
  since(resource: string, version: number): Change[] {
    return this.#since.all(resource, version).map((row) => {
      const key = { resource, namespace: String(row.namespace), name: String(row.name) };
      return {
        type: changeType(row.type),
        entry: new Entry(key, Number(row.version), String(row.text)),
        previous: row.previous === null ? undefined : new Entry(key, 0, String(row.previous)),
      };
    });
  }

  /** Drops what the retention does not ask for. Moves the floor in the same transaction. Returns the rows dropped. */
  compact(retention: Retention, nowMs: number): number {
    const newest = this.newest();
    const old = this.#database
      .prepare('SELECT max(version) AS version FROM events WHERE at < ? AND version <= ?')
      .get(nowMs - retention.maxAgeMs, newest - alwaysKept);
    const limit = Math.max(newest - retention.maxEvents, Number(old?.version ?? 0));
    if (limit <= this.#floor) return 0;
    this.#database.exec('BEGIN IMMEDIATE');
    try {
      const dropped = this.#database.prepare('DELETE FROM events WHERE version <= ?').run(limit);
      this.#database.prepare("INSERT OR REPLACE INTO meta (key, value) VALUES ('floor', ?)").run(limit);
      this.#database.exec('COMMIT');
      this.#floor = limit;
      return Number(dropped.changes);
    } catch (error) {
      if (this.#database.isTransaction) this.#database.exec('ROLLBACK');
      throw error;
    }
  }
}

function changeType(value: unknown): Change['type'] {
  if (value === 'ADDED' || value === 'MODIFIED' || value === 'DELETED') return value;
  throw new RangeError(`Unknown event type ${JSON.stringify(value)}`);
}
