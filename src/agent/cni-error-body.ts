import { CniError, cniErrorCode } from '../api/cni-error.ts';
import type { CniErrorBody } from '../api/cni-exchange.ts';
import { errorText, WeftError } from '../base/errors.ts';

/** Codes of errors that go away by themselves: the runtime should come again. */
const passing = new Set([
  ...['API_UNREACHABLE', 'API_CONFLICT', 'API_ERROR', 'API_UNAUTHORIZED'],
  ...['IPAM_CONFLICT', 'IPAM_NO_FREE_ADDRESS', 'IPAM_BLOCK_LIMIT', 'IPAM_ADDRESS_IN_USE', 'IPAM_STRICT_AFFINITY'],
]);
/** Codes of errors in what the caller or the administrator wrote. */
const invalid = new Set([
  ...['API_ANNOTATION', 'NET_BAD_IP', 'NET_BAD_CIDR', 'NET_BAD_MAC'],
  ...['IPAM_UNKNOWN_POOL', 'IPAM_NO_POOL', 'IPAM_OUTSIDE_POOLS', 'IPAM_POOL_UNUSABLE'],
]);

/** The error part of an answer for anything that was thrown. */
export function cniErrorBody(error: unknown): CniErrorBody {
  if (error instanceof CniError) return error.body;
  const msg = errorText(error);
  if (!(error instanceof WeftError)) return { code: cniErrorCode.ioFailure, msg };
  return { code: codeOf(error.code), msg, details: error.code };
}

function codeOf(code: string): number {
  if (passing.has(code)) return cniErrorCode.tryAgainLater;
  if (invalid.has(code)) return cniErrorCode.invalidConfig;
  return code === 'HOST_NETNS' ? cniErrorCode.unknownContainer : cniErrorCode.ioFailure;
}
