import { closeSync, fstatSync, mkdirSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { formatLogLine, formatLogTime, type LogStream, splitLines } from './log-line.ts';

/** A file is put aside at this size; with the one before it that is all a container may take of the disk. */
const maxFileBytes = 4 * 1024 * 1024;
/** A line that goes on for longer is written in pieces. */
const maxTextBytes = 16 * 1024;

/** The file with the lines before a log's current file. */
export function olderLogFile(path: string): string {
  return `${path}.1`;
}

/**
 * Writes the log of one run of a container: lines with time and output, in two files of bounded size. Readers follow it
 * by {@link ContainerLog.changed}.
 */
export class ContainerLog {
  readonly path: string;
  readonly #now: () => number;
  readonly #partial = new Map<LogStream, Buffer>();
  readonly #waiting = new Set<() => void>();
  #fd: number | undefined;
  #bytes: number;
  #generation = 0;

  /** Goes on behind what an earlier kubelet wrote. @param now milliseconds since the epoch */
  constructor(path: string, now: () => number) {
    this.path = path;
    this.#now = now;
    mkdirSync(dirname(path), { recursive: true });
    this.#fd = openSync(path, 'a', 0o640);
    this.#bytes = fstatSync(this.#fd).size;
  }

  /** How often the file was put aside. */
  get generation(): number {
    return this.#generation;
  }

  get ended(): boolean {
    return this.#fd === undefined;
  }

  /** Takes what a container printed, in whatever pieces it comes. */
  write(stream: LogStream, bytes: Buffer): void {
    const before = this.#partial.get(stream);
    const all = before === undefined ? bytes : Buffer.concat([before, bytes]);
    const { lines, rest } = splitLines(all);
    const time = formatLogTime(this.#now());
    const records = lines.flatMap((line) =>
      cut(line).map((text, index, all) => formatLogLine(time, stream, index === all.length - 1, text)),
    );
    const pieces = rest.length < maxTextBytes ? [] : cut(rest);
    const held = pieces.pop() ?? rest;
    records.push(...pieces.map((text) => formatLogLine(time, stream, false, text)));
    // A copy: the rest of a large piece must not keep all of it in memory.
    if (held.length === 0) this.#partial.delete(stream);
    else this.#partial.set(stream, Buffer.from(held));
    this.#append(records);
  }

  /** Writes what has no line feed yet and ends every reader that follows. */
  close(): void {
    if (this.#fd === undefined) return;
    const time = formatLogTime(this.#now());
    this.#append([...this.#partial].map(([stream, text]) => formatLogLine(time, stream, false, text)));
    this.#partial.clear();
    closeSync(this.#fd);
    this.#fd = undefined;
    this.#wake();
  }

  /** Resolves when there is more to read, the log has ended or the signal is aborted. */
  changed(signal: AbortSignal): Promise<void> {
    if (this.ended || signal.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const done = () => {
        this.#waiting.delete(done);
        signal.removeEventListener('abort', done);
        resolve();
      };
      this.#waiting.add(done);
      signal.addEventListener('abort', done);
    });
  }

  #append(records: readonly Buffer[]): void {
    if (this.#fd === undefined || records.length === 0) return;
    const bytes = Buffer.concat(records);
    if (this.#bytes > 0 && this.#bytes + bytes.length > maxFileBytes) this.#rotate();
    writeSync(this.#fd, bytes);
    this.#bytes += bytes.length;
    this.#wake();
  }

  #rotate(): void {
    if (this.#fd !== undefined) closeSync(this.#fd);
    renameSync(this.path, olderLogFile(this.path));
    this.#fd = openSync(this.path, 'a', 0o640);
    this.#bytes = 0;
    this.#generation += 1;
  }

  #wake(): void {
    for (const done of [...this.#waiting]) done();
  }
}

/** Removes the log of a run. */
export function removeLog(path: string): void {
  for (const file of [path, olderLogFile(path)]) rmSync(file, { force: true });
}

/** Pieces of at most the length of one record; one (maybe empty) at least. */
function cut(line: Buffer): Buffer[] {
  const count = Math.max(1, Math.ceil(line.length / maxTextBytes));
  return Array.from({ length: count }, (_, index) => line.subarray(index * maxTextBytes, (index + 1) * maxTextBytes));
}
