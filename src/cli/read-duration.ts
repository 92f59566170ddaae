import { parseDuration } from '../base/duration.ts';
import { usageError } from './usage-error.ts';

/**
 * Reads the time an option has: `10s`, `1m30s`, `250ms`, `2h`; a bare number counts seconds.
 *
 * @returns milliseconds
 * @throws WeftError CLI_USAGE
 */
export function readDuration(option: string, text: string): number {
  const ms = parseDuration(/^\d{1,9}$/.test(text) ? `${text}s` : text);
  if (ms === undefined) throw usageError(`${option} is "${text}", a time like 10s or 1m30s needed`);
  return ms;
}
