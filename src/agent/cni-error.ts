import type { CniErrorBody } from '../api/cni-exchange.ts';
import { errorText, WeftError } from '../base/errors.ts';

/** Error codes of the CNI specification. @see CNI spec 1.1 "Error" and "STATUS" */
export const cniCode = {
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
export class CniRefusal extends WeftError {
  readonly cniCode: number;
  readonly details: string | undefined;

  constructor(code: number, message: string, details?: string) {
    super('AGENT_CNI', message);
    this.cniCode = code;
    this.details = details;
  }
}

/** Codes of errors that go away by themselves: the runtime should come again. */
const passing = new Set(['API_UNREACHABLE', 'API_CONFLICT', 'API_ERROR', 'IPAM_CONFLICT', 'API_UNAUTHORIZED']);
/** Codes of errors in what the caller or the administrator wrote. */
const invalid = new Set(['API_ANNOTATION', 'NET_BAD_IP', 'NET_BAD_CIDR', 'NET_BAD_MAC']);

/** The error part of an answer for anything that was thrown. */
export function cniErrorBody(error: unknown): CniErrorBody {
  const msg = errorText(error);
  if (error instanceof CniRefusal) {
    return { code: error.cniCode, msg, ...(error.details === undefined ? {} : { details: error.details }) };
  }
  if (!(error instanceof WeftError)) return { code: cniCode.ioFailure, msg };
  const details = error.code;
  if (passing.has(error.code)) return { code: cniCode.tryAgainLater, msg, details };
  if (invalid.has(error.code)) return { code: cniCode.invalidConfig, msg, details };
  if (error.code === 'HOST_NETNS') return { code: cniCode.unknownContainer, msg, details };
  return { code: cniCode.ioFailure, msg, details };
}
