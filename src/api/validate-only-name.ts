import type { FieldError } from './field-error.ts';

/** Checks the name of a kind that has one object, `default`. */
export function validateOnlyName(kind: string, name: string): readonly FieldError[] {
  if (name === 'default') return [];
  return [{ field: 'metadata.name', value: name, reason: `the ${kind} is called "default"` }];
}
