import { isRecord } from '../base/is-record.ts';
import type { FieldError } from './field-error.ts';

/**
 * Checks the spec of a policy with `stagedAction: Delete`: it names what would be deleted and says nothing else, so
 * nobody mistakes its rules for effective ones.
 *
 * @param allowed fields besides `stagedAction` that may have a value
 */
export function validateStagedDelete(spec: object, allowed: readonly string[]): readonly FieldError[] {
  const said = Object.entries(spec).filter(
    ([key, value]) => key !== 'stagedAction' && !allowed.includes(key) && !isZero(value),
  );
  if (said.length === 0) return [];
  const except = allowed.includes('tier') ? ', except Tier,' : '';
  return [{ field: 'spec', reason: `Spec fields${except} should all be zero-value if stagedAction is Delete` }];
}

function isZero(value: unknown): boolean {
  if (Array.isArray(value)) return value.length === 0;
  if (isRecord(value)) return Object.keys(value).length === 0;
  return value === undefined || value === null || value === '' || value === false;
}
