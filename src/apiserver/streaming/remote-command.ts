import type { Readable, Writable } from 'node:stream';
import type { Query } from '../http/query.ts';
import type { JsonRecord } from '../json.ts';
import { badRequest } from '../status-error.ts';

/** What a client asks of `exec` and `attach`. */
export interface CommandRequest {
  /** Empty for `attach`. */
  readonly command: readonly string[];
  readonly stdin: boolean;
  readonly stdout: boolean;
  /** Always false with a terminal: there is one output only. */
  readonly stderr: boolean;
  readonly tty: boolean;
}

/** The size of a terminal window in characters. */
export interface TerminalSize {
  readonly columns: number;
  readonly rows: number;
}

/** The client's side of a running command, whatever protocol it speaks. */
export interface RemoteStreams {
  /** What the client types; ends when the client says so. Absent when it asked for none; so are the others. */
  readonly stdin: Readable | undefined;
  readonly stdout: Writable | undefined;
  readonly stderr: Writable | undefined;
  /** Called for every change of the window, with the latest one at once when there was one already. */
  onResize(listener: (size: TerminalSize) => void): void;
  /** Aborted when the client has gone. */
  readonly gone: AbortSignal;
  /** Ends the outputs, says how the command ended (see {@link exitStatus}) and closes the connection. */
  finish(status: JsonRecord): Promise<void>;
}

/** Reads `command=...&stdin=1&stdout=1&stderr=1&tty=1`. @throws StatusError 400 when no stream is asked for */
export function readCommandRequest(query: Query, command: readonly string[]): CommandRequest {
  const tty = query.flag('tty');
  const request = {
    command,
    stdin: query.flag('stdin'),
    stdout: query.flag('stdout'),
    stderr: query.flag('stderr') && !tty,
    tty,
  };
  if (request.stdin || request.stdout || request.stderr) return request;
  throw badRequest('you must specify at least one of stdin, stdout, stderr');
}

/** The size in a resize message, `{"Width":80,"Height":24}`; `undefined` for anything else. */
export function parseTerminalSize(text: string): TerminalSize | undefined {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== 'object' || value === null || !('Width' in value) || !('Height' in value)) return undefined;
    const { Width: columns, Height: rows } = value;
    return fits(columns) && fits(rows) ? { columns, rows } : undefined;
  } catch {
    return undefined;
  }
}

function fits(size: unknown): size is number {
  return typeof size === 'number' && Number.isInteger(size) && size > 0 && size <= 0xffff;
}

/** The resize message of a size. */
export function formatTerminalSize(size: TerminalSize): string {
  return JSON.stringify({ Width: size.columns, Height: size.rows });
}

/** Delivers window sizes to a listener that may come later than the first of them. */
export function createResizes() {
  let latest: TerminalSize | undefined;
  let listener: ((size: TerminalSize) => void) | undefined;
  return {
    push: (text: string) => {
      latest = parseTerminalSize(text) ?? latest;
      if (latest !== undefined) listener?.(latest);
    },
    onResize: (next: (size: TerminalSize) => void) => {
      listener = next;
      if (latest !== undefined) next(latest);
    },
  };
}
