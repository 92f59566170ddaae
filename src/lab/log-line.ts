/** Which output of a container. */
export type LogStream = 'stdout' | 'stderr';

/** One record of a container's log file. @see KEP "CRI container logging": `TIME STREAM P|F TEXT` */
export interface LogLine {
  /** RFC 3339 with nanoseconds, as written. */
  readonly time: string;
  readonly stream: LogStream;
  /** False for a piece (`P`) that the next record goes on with. */
  readonly complete: boolean;
  readonly text: Buffer;
}

const lineFeed = 0x0a;

/** The time of a record: `2026-01-02T03:04:05.678000000Z`. @param ms since the epoch */
export function formatLogTime(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, -1)}000000Z`;
}

/** The record's bytes with its line feed. The text has none. */
export function formatLogLine(time: string, stream: LogStream, complete: boolean, text: Uint8Array): Buffer {
  return Buffer.concat([Buffer.from(`${time} ${stream} ${complete ? 'F' : 'P'} `), text, Buffer.of(lineFeed)]);
}

/** The inverse of {@link formatLogLine} (without the line feed); `undefined` for anything else. */
export function parseLogLine(line: Buffer): LogLine | undefined {
  // The shortest header is 38 bytes, none is longer than this.
  const found = /^(\S+) (stdout|stderr) ([PF]) /.exec(line.subarray(0, 64).toString('latin1'));
  if (found === null) return undefined;
  const [header, time = '', stream, flag] = found;
  return {
    time,
    stream: stream === 'stderr' ? 'stderr' : 'stdout',
    complete: flag === 'F',
    text: line.subarray(header.length),
  };
}

/** The lines of a buffer that are complete, without their line feeds, and what is left behind them. */
export function splitLines(bytes: Buffer): { readonly lines: readonly Buffer[]; readonly rest: Buffer } {
  const lines: Buffer[] = [];
  let from = 0;
  for (let at = bytes.indexOf(lineFeed); at >= 0; at = bytes.indexOf(lineFeed, from)) {
    lines.push(bytes.subarray(from, at));
    from = at + 1;
  }
  return { lines, rest: bytes.subarray(from) };
}
