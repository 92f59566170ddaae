import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { plainFileName } from '../api/names.ts';
import { readFileIfAny, writeFileAtomically } from '../host/atomic-file.ts';

/** A folder of small JSON files, one per record, that survives restarts of the program. */
export class RecordFolder<T> {
  readonly #folder: string;
  readonly #parse: (value: unknown) => T | undefined;

  /** @param parse from JSON to a record; `undefined` for what is none (the file is then left alone and reported) */
  constructor(folder: string, parse: (value: unknown) => T | undefined) {
    this.#folder = folder;
    this.#parse = parse;
    mkdirSync(folder, { recursive: true, mode: 0o700 });
  }

  /** All records by the name of their file, and the names of files that hold none. */
  readAll(): { readonly records: ReadonlyMap<string, T>; readonly broken: readonly string[] } {
    const records = new Map<string, T>();
    const broken: string[] = [];
    for (const file of readdirSync(this.#folder).toSorted()) {
      if (!file.endsWith('.json') || file.startsWith('.')) continue;
      const record = this.#parse(parseJson(readFileIfAny(join(this.#folder, file)) ?? ''));
      if (record === undefined) broken.push(file);
      else records.set(file.slice(0, -'.json'.length), record);
    }
    return { records, broken };
  }

  write(name: string, record: T): void {
    writeFileAtomically(this.#path(name), `${JSON.stringify(record)}\n`);
  }

  /** Idempotent. */
  remove(name: string): void {
    rmSync(this.#path(name), { force: true });
  }

  #path(name: string): string {
    return join(this.#folder, `${plainFileName(name)}.json`);
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
