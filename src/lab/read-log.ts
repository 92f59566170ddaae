import { closeSync, openSync, readFileSync, readSync } from 'node:fs';
import { Readable } from 'node:stream';
import type { LogRequest } from '../apiserver/streaming/node-streams.ts';
import { type ContainerLog, olderLogFile } from './container-log.ts';
import { parseLogLine, splitLines } from './log-line.ts';

const readBytes = 64 * 1024;

/**
 * The text of a container's log as `kubectl logs` shows it.
 *
 * @param live the log when its container still runs: `follow` goes on until it ends
 * @throws Error ENOENT when there is none
 */
export function readLog(path: string, live: ContainerLog | undefined, request: LogRequest): Readable {
  const stop = new AbortController();
  const stream = Readable.from(limit(show(path, live, request, stop.signal), request.limitBytes), {
    objectMode: false,
  });
  stream.once('close', () => stop.abort());
  return stream;
}

async function* show(path: string, live: ContainerLog | undefined, request: LogRequest, stop: AbortSignal) {
  const format = createFormat(request);
  let fd = openSync(path, 'r');
  let generation = live?.generation ?? 0;
  let rest = Buffer.alloc(0);
  const take = (bytes: Buffer): Buffer => {
    const split = splitLines(rest.length === 0 ? bytes : Buffer.concat([rest, bytes]));
    rest = Buffer.from(split.rest);
    return Buffer.concat(split.lines.map(format));
  };
  try {
    // Everything there is now, at once: no file is put aside in between, and the two are small.
    const found = Buffer.concat([readIfThere(olderLogFile(path)), readAll(fd)]);
    const from = request.tailLines === undefined ? 0 : tailStart(found, request.tailLines);
    for (let at = from; at < found.length; at += readBytes) yield take(found.subarray(at, at + readBytes));
    if (!request.follow || live === undefined) return;
    for (const chunk = Buffer.alloc(readBytes); !stop.aborted; ) {
      const ended = live.ended;
      const count = readSync(fd, chunk);
      if (count > 0) yield take(chunk.subarray(0, count));
      else if (generation < live.generation) {
        closeSync(fd);
        generation = Math.max(generation + 1, live.generation - 1);
        fd = openSync(generation === live.generation ? path : olderLogFile(path), 'r');
      } else if (ended) return;
      else await live.changed(stop);
    }
  } finally {
    closeSync(fd);
  }
}

/** The text of a record: pieces are put together again, a time stands once per line. */
function createFormat(request: LogRequest): (line: Buffer) => Buffer {
  const { since, stream, timestamps } = request;
  let inLine = false;
  return (line) => {
    const record = parseLogLine(line);
    if (record === undefined || (stream !== undefined && record.stream !== stream)) return Buffer.alloc(0);
    if (since !== undefined && Date.parse(record.time) < since) return Buffer.alloc(0);
    const time = timestamps && !inLine ? `${record.time} ` : '';
    inLine = !record.complete;
    return Buffer.concat([Buffer.from(time), record.text, Buffer.from(record.complete ? '\n' : '')]);
  };
}

/** Where the last so many lines begin. Records of pieces belong to the line that they are part of. */
function tailStart(bytes: Buffer, lines: number): number {
  let left = lines;
  for (let end = bytes.length; end > 0; ) {
    const start = end < 2 ? 0 : bytes.lastIndexOf(0x0a, end - 2) + 1;
    const complete = parseLogLine(bytes.subarray(start, end))?.complete !== false;
    // The last record may be a piece that nothing follows: it is a line of its own.
    if (complete || end === bytes.length) left -= 1;
    if (left < 0) return end;
    end = start;
  }
  return 0;
}

async function* limit(pieces: AsyncIterable<Buffer>, limitBytes: number | undefined) {
  let left = limitBytes ?? Number.POSITIVE_INFINITY;
  for await (const piece of pieces) {
    if (piece.length > 0) yield piece.subarray(0, left);
    left -= piece.length;
    if (left <= 0) return;
  }
}

function readIfThere(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch {
    return Buffer.alloc(0);
  }
}

/** From the descriptor's position to the end; reading goes on there. */
function readAll(fd: number): Buffer {
  const pieces: Buffer[] = [];
  for (;;) {
    const piece = Buffer.allocUnsafe(1024 * 1024);
    const count = readSync(fd, piece);
    if (count === 0) return Buffer.concat(pieces);
    pieces.push(piece.subarray(0, count));
  }
}
