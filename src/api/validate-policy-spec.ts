import type { GlobalPolicySpec, PolicySpec, Rule } from './calico-policy.ts';
import type { FieldError } from './field-error.ts';
import { validateRule } from './validate-rule.ts';
import { validateSelector } from './validate-selector.ts';

/** Checks what all policies have: selectors and rules. Fields are those below `spec`. */
export function validatePolicySpec(spec: PolicySpec): readonly FieldError[] {
  return [
    ...validateSelector('spec.selector', spec.selector),
    ...validateSelector('spec.serviceAccountSelector', spec.serviceAccountSelector),
    ...validateRules('spec.ingress', spec.ingress),
    ...validateRules('spec.egress', spec.egress),
    ...everyRule('spec.ingress', spec.ingress, checkIngress),
    ...everyRule('spec.egress', spec.egress, checkEgress),
  ];
}

/** Checks a list of rules by themselves. */
export function validateRules(field: string, rules: readonly Rule[] | undefined): readonly FieldError[] {
  return everyRule(field, rules, validateRule);
}

/** {@link validatePolicySpec}, and what only cluster-wide policies have. */
export function validateGlobalPolicySpec(spec: GlobalPolicySpec): readonly FieldError[] {
  return [
    ...validatePolicySpec(spec),
    ...validateSelector('spec.namespaceSelector', spec.namespaceSelector),
    ...checkHooks(spec),
    ...everyRule('spec.ingress', spec.ingress, ({ source }, field) =>
      needNamespace(source?.services, `${field}.source`),
    ),
    ...everyRule('spec.egress', spec.egress, ({ destination }, field) =>
      needNamespace(destination?.services, `${field}.destination`),
    ),
  ];
}

function everyRule(
  field: string,
  rules: readonly Rule[] | undefined,
  check: (rule: Rule, field: string) => readonly FieldError[],
): readonly FieldError[] {
  return (rules ?? []).flatMap((rule, index) => check(rule, `${field}[${index}]`));
}

function checkIngress({ destination }: Rule, field: string): readonly FieldError[] {
  const value = destination?.services;
  if (value === undefined) return [];
  return [{ field: `${field}.destination.services`, value, reason: 'not allowed in ingress rule destination' }];
}

function checkEgress({ source, http }: Rule, field: string): readonly FieldError[] {
  const errors: FieldError[] = [];
  if (source?.services !== undefined) {
    errors.push({
      field: `${field}.source.services`,
      value: source.services,
      reason: 'not allowed in egress rule source',
    });
  }
  if (http !== undefined) errors.push({ field: `${field}.http`, value: http, reason: 'not allowed in egress rule' });
  return errors;
}

/** Cluster-wide, the name of a Service says nothing without its namespace. */
function needNamespace(services: { readonly namespace?: string } | undefined, field: string): readonly FieldError[] {
  if (services === undefined || (services.namespace ?? '') !== '') return [];
  return [{ field: `${field}.services.namespace`, value: '', reason: 'must specify a namespace' }];
}

/** Hooks before connection tracking and before destination NAT see traffic that may be forwarded, and only that way. */
function checkHooks({ doNotTrack, preDNAT, applyOnForward, egress, types }: GlobalPolicySpec): readonly FieldError[] {
  const errors: FieldError[] = [];
  if (preDNAT === true && doNotTrack === true) {
    const reason = 'PreDNAT and DoNotTrack cannot both be true, for a given PolicySpec';
    errors.push({ field: 'spec.preDNAT', value: true, reason });
  }
  if (preDNAT === true && (egress ?? []).length > 0) {
    errors.push({ field: 'spec.egress', reason: 'PreDNAT PolicySpec cannot have any Egress rules' });
  }
  if (preDNAT === true && types?.includes('Egress') === true) {
    errors.push({ field: 'spec.types', value: types, reason: "PreDNAT PolicySpec cannot have 'Egress' Type" });
  }
  if (applyOnForward !== true && (doNotTrack === true || preDNAT === true)) {
    const reason = 'ApplyOnForward must be true if either PreDNAT or DoNotTrack is true, for a given PolicySpec';
    errors.push({ field: 'spec.applyOnForward', value: false, reason });
  }
  return errors;
}
