import { builtInTiers } from './built-in-tiers.ts';
import type { Tier } from './calico-policy.ts';
import type { FieldError } from './field-error.ts';
import { isSubdomain } from './name-syntax.ts';

/** Labels hold tier names, so they are as short as label values. */
const maxNameLength = 63;

/** Checks the name of a tier, and that the built-in ones keep their order and default action. */
export function validateTier({ metadata: { name }, spec }: Tier): readonly FieldError[] {
  const errors = [...checkName(name)];
  const fixed = builtInTiers.find((tier) => tier.metadata.name === name)?.spec;
  if (fixed === undefined) return errors;
  if ((spec.defaultAction ?? 'Deny') !== fixed.defaultAction) {
    const reason = `The '${name}' tier must have default action '${fixed.defaultAction}'`;
    errors.push({ field: 'spec.defaultAction', value: spec.defaultAction ?? 'Deny', reason });
  }
  if (spec.order !== fixed.order) {
    errors.push({ field: 'spec.order', value: spec.order, reason: `${name} tier order must be ${fixed.order}` });
  }
  return errors;
}

function checkName(name: string): readonly FieldError[] {
  const field = 'metadata.name';
  if (!isSubdomain(name)) return [];
  if (name.includes('.')) return [{ field, value: name, reason: 'a tier name is one label: no dots' }];
  if (name.length <= maxNameLength) return [];
  return [{ field, value: name, reason: `name is too long by ${name.length - maxNameLength} bytes` }];
}
