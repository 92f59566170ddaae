import type { NetworkSet } from './calico-endpoints.ts';
import type { FieldError } from './field-error.ts';
import { validateNets } from './validate-entity-rule.ts';

/** The label that says which namespace an endpoint is in; the system sets it. */
const namespaceLabel = 'projectcalico.org/namespace';

/** Checks the networks of a NetworkSet or GlobalNetworkSet, and that its labels do not claim a namespace. */
export function validateNetworkSet({ metadata, spec }: NetworkSet): readonly FieldError[] {
  const errors = validateNets('spec.nets', spec.nets);
  const value = metadata.labels?.[namespaceLabel];
  if (value === undefined) return errors;
  const reason = `${namespaceLabel} is not a valid label name`;
  return [...errors, { field: `metadata.labels.${namespaceLabel}`, value, reason }];
}
