import type { Rule } from '../api/calico-policy.ts';
import type { AdminPolicyRule, ClusterPolicyRule } from '../api/cluster-policy.ts';
import { isRecord } from '../base/is-record.ts';
import type { PolicyResources } from '../policy/resources.ts';
import type { RuleReference } from '../policy/verdict.ts';
import { findPolicy } from './find-policy.ts';
import { calicoRuleText, clusterRuleText, type KubernetesRule, kubernetesRuleText } from './rule-text.ts';

/** A rule as it stands in its resource. */
export interface QuotedRule {
  /** The part of the resource. */
  readonly rule: unknown;
  /** In a line: `Allow TCP from role == 'pod1' to port 80`. */
  readonly text: string;
}

/** The rule in its resource; `undefined` when the resource has it not (any more). */
export function quoteRule(
  resources: PolicyResources,
  { policy, direction, index }: RuleReference,
): QuotedRule | undefined {
  const object: unknown = findPolicy(resources, policy);
  const spec = isRecord(object) ? object.spec : undefined;
  const rules = isRecord(spec) ? spec[direction] : undefined;
  const rule: unknown = Array.isArray(rules) ? rules[index] : undefined;
  if (!isRecord(rule)) return undefined;
  switch (policy.kind) {
    case 'knp':
    case 'sknp':
      return { rule, text: kubernetesRuleText(rule as KubernetesRule, direction) };
    case 'kcnp':
    case 'anp':
    case 'banp':
      return { rule, text: clusterRuleText(rule as unknown as AdminPolicyRule | ClusterPolicyRule, direction) };
    default:
      return { rule, text: calicoRuleText(rule as unknown as Rule) };
  }
}
