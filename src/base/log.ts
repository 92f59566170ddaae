/** Severity, lowest first. `warn`: one operation needs a look; `error`: a feature is down; `fatal`: the program ends. */
export type LogLevel = 'debug' | 'info' | 'warn' | 'error' | 'fatal';

/** Values that belong to an event: `pod`, `node`, `resource`, `ms`. Never interpolated into the message. */
export type LogFields = Readonly<Record<string, unknown>>;

/** One JSON line per event; `msg` is a constant text, everything that varies is a field. */
export interface Logger {
  debug(msg: string, fields?: LogFields): void;
  info(msg: string, fields?: LogFields): void;
  warn(msg: string, fields?: LogFields): void;
  error(msg: string, fields?: LogFields): void;
  fatal(msg: string, fields?: LogFields): void;
  /** A logger that adds these fields to every line. */
  child(fields: LogFields): Logger;
}

const order: readonly LogLevel[] = ['debug', 'info', 'warn', 'error', 'fatal'];

/**
 * A logger over any sink. Pure: the clock and the place where lines go come in as arguments.
 *
 * @param write receives one complete line without a line feed: `{"time":"...","level":"info","msg":"...",...}`
 * @param now milliseconds since the epoch
 */
export function createLogger(
  write: (line: string) => void,
  now: () => number,
  level: LogLevel = 'info',
  fields: LogFields = {},
): Logger {
  const least = order.indexOf(level);
  const emit =
    (at: LogLevel) =>
    (msg: string, more: LogFields = {}) => {
      if (order.indexOf(at) < least) return;
      write(JSON.stringify({ time: new Date(now()).toISOString(), level: at, msg, ...fields, ...more }, plain));
    };
  return {
    debug: emit('debug'),
    info: emit('info'),
    warn: emit('warn'),
    error: emit('error'),
    fatal: emit('fatal'),
    child: (more) => createLogger(write, now, level, { ...fields, ...more }),
  };
}

/** A logger that drops everything: for tests and for callers that do not care. */
export const silentLogger: Logger = createLogger(
  () => {},
  () => 0,
  'fatal',
);

function plain(_key: string, value: unknown): unknown {
  if (typeof value === 'bigint') return value.toString();
  if (value instanceof Error) return value.message;
  return value;
}
