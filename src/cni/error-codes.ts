import type { CniErrorBody } from '../api/cni-exchange.ts';
import { errorText } from '../base/errors.ts';

/**
 * Error codes of the CNI specification, and none of our own: a runtime reacts to these.
 *
 * @see CNI spec 1.1 "Error" and "STATUS"
 */
export const cniErrorCode = {
  incompatibleVersion: 1,
  unsupportedField: 2,
  unknownContainer: 3,
  invalidEnvironment: 4,
  ioFailure: 5,
  decodeFailure: 6,
  invalidConfig: 7,
  tryAgainLater: 11,
  notAvailable: 50,
  notAvailableLimited: 51,
} as const;

/** What a CNI program ends with when it fails: becomes the error JSON on stdout. */
export class CniError extends Error {
  readonly code: number;
  readonly details: string | undefined;

  constructor(code: number, message: string, details?: string) {
    super(message);
    this.name = 'CniError';
    this.code = code;
    this.details = details;
  }
}

/** The error JSON's fields for anything that was thrown; what is not a {@link CniError} counts as an I/O failure. */
export function cniErrorBody(error: unknown): CniErrorBody {
  if (!(error instanceof CniError)) return { code: cniErrorCode.ioFailure, msg: errorText(error) };
  return { code: error.code, msg: error.message, ...(error.details === undefined ? {} : { details: error.details }) };
}
