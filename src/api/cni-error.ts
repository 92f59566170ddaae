import type { CniErrorBody } from './cni-exchange.ts';

/**
 * Error codes of the CNI specification, and none of our own: a runtime reacts to these.
 *
 * @see CNI spec 1.1 "Error" and "STATUS"
 */
export const cniErrorCode = {
  incompatibleVersion: 1,
  unknownContainer: 3,
  invalidEnvironment: 4,
  ioFailure: 5,
  decodeFailure: 6,
  invalidConfig: 7,
  tryAgainLater: 11,
  /** STATUS: no ADD can be served. */
  notAvailable: 50,
  /** STATUS: no ADD can be served, and pods that exist may be without connectivity. */
  notAvailableLimited: 51,
} as const;

/** A refusal with a code of the CNI specification. `details` is the second line a runtime shows. */
export class CniError extends Error {
  readonly code: number;
  readonly details: string | undefined;

  constructor(code: number, message: string, details?: string) {
    super(message);
    this.name = 'CniError';
    this.code = code;
    this.details = details;
  }

  /** The fields of the error document. */
  get body(): CniErrorBody {
    return { code: this.code, msg: this.message, ...(this.details === undefined ? {} : { details: this.details }) };
  }
}
