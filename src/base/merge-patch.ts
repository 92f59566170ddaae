import { isRecord } from './is-record.ts';

/**
 * Applies a JSON merge patch: objects merge, `null` removes, everything else replaces.
 *
 * @returns the new value; neither argument is changed
 * @see RFC 7386 §2
 */
export function applyMergePatch(target: unknown, patch: unknown): unknown {
  if (!isRecord(patch)) return patch;
  const result = isRecord(target) ? { ...target } : {};
  for (const [field, value] of Object.entries(patch)) {
    if (value === null) delete result[field];
    else result[field] = applyMergePatch(result[field], value);
  }
  return result;
}
