import type {
  GlobalNetworkPolicy,
  NetworkPolicy,
  Profile,
  StagedGlobalNetworkPolicy,
  StagedNetworkPolicy,
} from './calico-policy.ts';
import type { FieldError } from './field-error.ts';
import { validateGlobalPolicyName, validatePolicyName } from './policy-name.ts';
import { validateLabels } from './validate-labels.ts';
import { validateGlobalPolicySpec, validatePolicySpec, validateRules } from './validate-policy-spec.ts';
import { validateStagedDelete } from './validate-staged-delete.ts';

/** Checks the name and the rules of a NetworkPolicy. */
export function validateNetworkPolicy({ metadata, spec }: NetworkPolicy): readonly FieldError[] {
  return [...validatePolicyName(metadata.name), ...validatePolicySpec(spec)];
}

/** Checks the name and the rules of a GlobalNetworkPolicy. */
export function validateGlobalNetworkPolicy({ metadata, spec }: GlobalNetworkPolicy): readonly FieldError[] {
  return [...validateGlobalPolicyName(metadata.name), ...validateGlobalPolicySpec(spec)];
}

/** As a NetworkPolicy; a staged deletion says nothing but the tier. */
export function validateStagedNetworkPolicy({ metadata, spec }: StagedNetworkPolicy): readonly FieldError[] {
  const rest = spec.stagedAction === 'Delete' ? validateStagedDelete(spec, ['tier']) : validatePolicySpec(spec);
  return [...validatePolicyName(metadata.name), ...rest];
}

/** As a GlobalNetworkPolicy; a staged deletion says nothing but the tier. */
export function validateStagedGlobalNetworkPolicy({
  metadata,
  spec,
}: StagedGlobalNetworkPolicy): readonly FieldError[] {
  const rest = spec.stagedAction === 'Delete' ? validateStagedDelete(spec, ['tier']) : validateGlobalPolicySpec(spec);
  return [...validateGlobalPolicyName(metadata.name), ...rest];
}

/** Checks the rules of a Profile, and the labels it gives. */
export function validateProfile({ spec }: Profile): readonly FieldError[] {
  return [
    ...validateRules('spec.ingress', spec.ingress),
    ...validateRules('spec.egress', spec.egress),
    ...validateLabels('spec.labelsToApply', spec.labelsToApply),
  ];
}
