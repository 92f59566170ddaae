import type { KubernetesObject } from '../api/meta.ts';
import { validateObject } from '../api/validate.ts';
import type { ApiObject } from './json.ts';
import type { Resource } from './resource.ts';
import { type Cause, invalidValue, requiredValue } from './status-error.ts';

/** The rules of projectcalico.org kinds beyond their schema, which the CLI applies too. Metadata is checked elsewhere. */
export function validateCustom(
  resource: Resource,
  object: Readonly<ApiObject>,
  previous: Readonly<ApiObject> | undefined,
): readonly Cause[] {
  if (resource.group !== 'projectcalico.org') return [];
  // Safe: the schema has been checked, and what the rules read of other fields is unknown to them.
  const errors = validateObject(resource, object as KubernetesObject, previous as KubernetesObject | undefined);
  return errors
    .filter((error) => !error.field.startsWith('metadata'))
    .map((error) =>
      error.value === undefined
        ? requiredOrInvalid(error.field, error.reason)
        : invalidValue(error.field, error.value, error.reason),
    );
}

function requiredOrInvalid(field: string, reason: string): Cause {
  if (/required|missing/i.test(reason)) return requiredValue(field, reason);
  return { field, reason: 'FieldValueInvalid', message: `Invalid value: ${reason}` };
}
