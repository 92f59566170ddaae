import { isRecord } from '../../base/is-record.ts';
import { type JsonRecord, recordsAt, stringAt } from '../json.ts';
import { StatusError } from '../status-error.ts';

/** The Status object that tells a client of `exec` how its command ended. @see k8s.io/apimachinery remotecommand v4 */
export function exitStatus(code: number): JsonRecord {
  if (code === 0) return { metadata: {}, status: 'Success' };
  return {
    metadata: {},
    status: 'Failure',
    reason: 'NonZeroExitCode',
    message: `command terminated with non-zero exit code: exit status ${code}`,
    details: { causes: [{ reason: 'ExitCode', message: String(code) }] },
  };
}

/** The Status object of a command that could not be run, or whose streams broke. */
export function failureStatus(message: string): JsonRecord {
  return new StatusError(500, 'InternalError', message).toStatus();
}

/**
 * What a Status of {@link exitStatus} says.
 *
 * @returns the exit code, or the message of a failure that is none of the command's own
 */
export function readExitStatus(text: string): { readonly code: number } | { readonly failure: string } {
  let status: unknown;
  try {
    status = JSON.parse(text);
  } catch {
    return { failure: text };
  }
  if (!isRecord(status)) return { failure: text };
  if (status.status === 'Success') return { code: 0 };
  const cause = recordsAt(status, 'details', 'causes').find((one) => one.reason === 'ExitCode');
  const code = Number(cause?.message ?? Number.NaN);
  if (status.reason === 'NonZeroExitCode' && Number.isInteger(code)) return { code };
  return { failure: stringAt(status, 'message') ?? text };
}
