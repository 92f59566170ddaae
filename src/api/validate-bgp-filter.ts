import { cidrOf, parseIpWithPrefix } from '../net/cidr.ts';
import { type Family, ipFamily } from '../net/ip.ts';
import type { BGPFilter, BGPFilterOperation, BGPFilterRule } from './calico-bgp.ts';
import type { FieldError } from './field-error.ts';
import { communityProblem } from './validate-community.ts';

const lists = [
  ['exportV4', 4],
  ['importV4', 4],
  ['exportV6', 6],
  ['importV6', 6],
] as const;

/** Checks what a schema cannot say about the rules of a filter. */
export function validateBgpFilter({ spec }: BGPFilter): readonly FieldError[] {
  return lists.flatMap(([key, family]) =>
    (spec[key] ?? []).flatMap((rule, index) => checkRule(rule, family, `spec.${key}[${index}]`)),
  );
}

function checkRule(rule: BGPFilterRule, family: Family, at: string): readonly FieldError[] {
  const hasCidr = rule.cidr !== undefined && rule.cidr !== '';
  const errors: FieldError[] = hasCidr ? [...checkCidr(rule.cidr, family, `${at}.cidr`)] : [];
  if (hasCidr && rule.matchOperator === undefined) {
    errors.push({ field: `${at}.cidr`, value: rule.cidr, reason: 'MatchOperator cannot be empty when CIDR is not' });
  }
  if (!hasCidr && rule.matchOperator !== undefined) {
    const reason = 'CIDR cannot be empty when MatchOperator is not';
    errors.push({ field: `${at}.matchOperator`, value: rule.matchOperator, reason });
  }
  if (!hasCidr && rule.prefixLength !== undefined) {
    const reason = 'CIDR cannot be empty when PrefixLength is not';
    errors.push({ field: `${at}.prefixLength`, value: rule.prefixLength, reason });
  }
  const operations = rule.operations ?? [];
  if (operations.length > 0 && rule.action !== 'Accept') {
    const reason = 'operations may only be used with action Accept';
    errors.push({ field: `${at}.operations`, value: operations, reason });
  }
  return [
    ...errors,
    ...(rule.communities?.values ?? []).flatMap((value, index) =>
      checkCommunity(value, `${at}.communities.values[${index}]`),
    ),
    ...operations.flatMap((operation, index) => checkOperation(operation, `${at}.operations[${index}]`)),
  ];
}

function checkCidr(value: string | undefined, family: Family, field: string): readonly FieldError[] {
  try {
    const { ip, prefixLength } = parseIpWithPrefix(value ?? '');
    if (ipFamily(ip) === family && cidrOf(ip, prefixLength).startsWith(`${ip}/`)) return [];
  } catch {
    // Said below: what is needed is the same.
  }
  return [{ field, value, reason: `an IPv${family} network without host bits is needed` }];
}

function checkOperation(operation: BGPFilterOperation, field: string): readonly FieldError[] {
  const count = Object.values(operation).filter((value) => value !== undefined).length;
  if (count !== 1) return [{ field, value: operation, reason: 'exactly one operation must be set' }];
  const community = operation.addCommunity?.value;
  return community === undefined ? [] : checkCommunity(community, `${field}.addCommunity.value`);
}

function checkCommunity(value: string, field: string): readonly FieldError[] {
  const reason = communityProblem(value);
  return reason === undefined ? [] : [{ field, value, reason }];
}
