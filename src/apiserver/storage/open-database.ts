import { closeSync, existsSync, openSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { errorText, WeftError } from '../../base/errors.ts';
import type { Logger } from '../../base/log.ts';
import { inspectWal } from './wal-tail.ts';

/** Options of {@link openDatabase}. */
export interface DatabaseOptions {
  readonly file: string;
  readonly log: Logger;
  /** Upper limit of the file in 4 KiB pages; writes beyond it fail like a full disk. */
  readonly maxPages?: number;
}

const schemaVersion = 1;

/**
 * Opens or creates the database of the API server: WAL, every commit synced to disk, locked for this process.
 *
 * A torn tail of the write-ahead log (a write cut short by a crash; never an acknowledged one) is dropped by SQLite;
 * that this happened is logged. A damaged main file is refused with `APISERVER_DATA_CORRUPT`, a file that another
 * server holds with `APISERVER_DATA_BUSY`, one of a newer program with `APISERVER_DATA_VERSION`.
 */
export function openDatabase(options: DatabaseOptions): DatabaseSync {
  const { file, log } = options;
  reportTornTail(file, log);
  const database = openFile(file);
  try {
    database.exec('PRAGMA locking_mode = EXCLUSIVE');
    database.exec('PRAGMA journal_mode = WAL');
    database.exec('PRAGMA synchronous = FULL');
    database.exec('PRAGMA temp_store = MEMORY');
    if (options.maxPages !== undefined) database.exec(`PRAGMA max_page_count = ${Math.floor(options.maxPages)}`);
    checkIntegrity(database, file);
    createTables(database, file);
    return database;
  } catch (error) {
    database.close();
    throw translate(error, file);
  }
}

/** The file holds Secrets: it is its owner's alone. Its -wal file takes over the mode. */
function openFile(file: string): DatabaseSync {
  try {
    closeSync(openSync(file, 'a', 0o600));
    return new DatabaseSync(file, { timeout: 0 });
  } catch (error) {
    throw translate(error, file);
  }
}

function reportTornTail(file: string, log: Logger): void {
  const walFile = `${file}-wal`;
  if (!existsSync(walFile)) return;
  const wal = inspectWal(walFile);
  if (wal.tornBytes === 0) return;
  log.warn('write-ahead log has a torn tail, dropped up to the last commit', {
    file: walFile,
    reason: wal.reason,
    keptBytes: wal.validBytes,
    droppedBytes: wal.tornBytes,
  });
}

function checkIntegrity(database: DatabaseSync, file: string): void {
  const rows = database.prepare('PRAGMA quick_check(3)').all();
  const problems = rows.map((row) => String(row.quick_check)).filter((text) => text !== 'ok');
  if (problems.length > 0) throw corrupt(file, problems.join('; '));
}

function createTables(database: DatabaseSync, file: string): void {
  const found = Number(database.prepare('PRAGMA user_version').get()?.user_version ?? 0);
  if (found > schemaVersion) {
    throw new WeftError(
      'APISERVER_DATA_VERSION',
      `Cannot open API server data "${file}": its format is ${found}, this program knows ${schemaVersion}; use the newer weft`,
    );
  }
  database.exec(`
    BEGIN;
    CREATE TABLE IF NOT EXISTS meta (key TEXT PRIMARY KEY, value) WITHOUT ROWID;
    CREATE TABLE IF NOT EXISTS objects (
      resource TEXT NOT NULL, namespace TEXT NOT NULL, name TEXT NOT NULL,
      version INTEGER NOT NULL, text TEXT NOT NULL,
      UNIQUE (resource, namespace, name));
    CREATE TABLE IF NOT EXISTS events (
      version INTEGER PRIMARY KEY, at INTEGER NOT NULL, type TEXT NOT NULL,
      resource TEXT NOT NULL, namespace TEXT NOT NULL, name TEXT NOT NULL,
      text TEXT NOT NULL, previous TEXT);
    CREATE INDEX IF NOT EXISTS events_by_resource ON events (resource, version);
    PRAGMA user_version = ${schemaVersion};
    COMMIT;`);
}

function corrupt(file: string, what: string): WeftError {
  return new WeftError(
    'APISERVER_DATA_CORRUPT',
    `Cannot open API server data "${file}": the file is damaged (${what}); restore a copy, or move it and its -wal file away to start empty`,
  );
}

function translate(error: unknown, file: string): unknown {
  if (error instanceof WeftError) return error;
  const text = errorText(error);
  if (/locked|busy/i.test(text)) {
    const message = `Cannot open API server data "${file}": another process holds it; stop that server first`;
    return new WeftError('APISERVER_DATA_BUSY', message, { cause: error });
  }
  if (/malformed|not a database|corrupt/i.test(text)) return corrupt(file, text);
  return new WeftError('APISERVER_DATA', `Cannot open API server data "${file}"`, { cause: error });
}
