import { StatusError } from '../status-error.ts';

const maxLength = 128;

/**
 * The name under which a write is recorded: the query parameter `fieldManager`, else what the client's `User-Agent`
 * begins with (`kubectl/v1.32.0 (linux/amd64)` is `kubectl`).
 *
 * @throws StatusError 422 for a parameter that is longer than 128 characters or not printable
 */
export function managerOf(asked: string | undefined, agent: string | undefined): string {
  if (asked === undefined) return (agent ?? '').split('/')[0]?.slice(0, maxLength) || 'unknown';
  if (asked.length > maxLength) throw invalidManager(asked, `must be no more than ${maxLength} characters`);
  if (/\p{C}/u.test(asked)) throw invalidManager(asked, 'should only contain printable characters');
  return asked;
}

function invalidManager(asked: string, why: string): StatusError {
  const message = `Invalid value: ${JSON.stringify(asked)}: ${why}`;
  return new StatusError(422, 'Invalid', `PatchOptions.meta.k8s.io "" is invalid: fieldManager: ${message}`, {
    group: 'meta.k8s.io',
    kind: 'PatchOptions',
    causes: [{ reason: 'FieldValueInvalid', message, field: 'fieldManager' }],
  });
}
