import { errorText } from './errors.ts';

/**
 * Why a file cannot be read or written, without the call that failed and the path, which the message around it has:
 * `permission denied` of `EACCES: permission denied, open '/x'`.
 */
export function fileErrorText(error: unknown): string {
  const text = errorText(error);
  return /^E[A-Z0-9]+: (.+?), [a-z]+(?: '.*)?$/s.exec(text)?.[1] ?? text;
}
