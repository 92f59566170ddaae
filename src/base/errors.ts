/**
 * The one error class of the project: every error that a person or a program may react to carries a stable `code`.
 *
 * Message form: `Cannot <verb> <object> "<name>": <state found>, <state needed>`: capital first, no final period.
 */
export class WeftError extends Error {
  /** Stable, upper-case, prefixed by the room: `IPAM_NO_FREE_ADDRESS`, `NETLINK_EEXIST`. */
  readonly code: string;

  constructor(code: string, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = 'WeftError';
    this.code = code;
  }
}

/** True when `error` is a {@link WeftError} with one of these codes. */
export function hasCode(error: unknown, ...codes: readonly string[]): error is WeftError {
  return error instanceof WeftError && codes.includes(error.code);
}

/** The message of anything that was thrown, with the messages of its causes appended: `A: B: C`. */
export function errorText(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.cause === undefined) return error.message;
  const cause = errorText(error.cause);
  // Many a message quotes its cause already.
  return error.message.endsWith(cause) ? error.message : `${error.message}: ${cause}`;
}

/** Marks the end of a switch over a union; a new member then fails to compile here. */
export function assertNever(value: never): never {
  throw new WeftError('BASE_UNREACHABLE', `Unexpected value ${JSON.stringify(value)}`);
}
