import type { KubernetesObject } from '../api/meta.ts';
import { isRecord } from '../base/is-record.ts';
import type { Direction } from '../policy/direction.ts';
import type { PolicyId } from '../policy/policy-id.ts';
import type { Denial, RemedyCandidate } from './denial.ts';
import { findPolicy, policyFieldOf } from './find-policy.ts';
import { policyName } from './policy-name.ts';
import { adminRemedyRule, calicoRemedyRule, clusterRemedyRule, kubernetesRemedyRule } from './remedy-rule.ts';
import { calicoRuleText, clusterRuleText, kubernetesRuleText } from './rule-text.ts';

/** The rules of a policy for a direction. */
export function rulesOf(policy: KubernetesObject | undefined, direction: Direction): readonly unknown[] {
  const rules = specOf(policy)[direction];
  return Array.isArray(rules) ? rules : [];
}

/** A rule in a policy, before that of an index or behind all. */
export function ruleAddition(denial: Denial, id: PolicyId, before?: number): RemedyCandidate | undefined {
  const { direction } = denial.checkpoint;
  const policy = findPolicy(denial.resources, id);
  const made = newRule(denial, id);
  if (policy === undefined || made === undefined) return undefined;
  const rules = rulesOf(policy, direction);
  const changed = rules.toSpliced(before ?? rules.length, 0, made.rule);
  const resource = { ...policy, spec: { ...specOf(policy), [direction]: changed } };
  const place = before === undefined ? '' : `, before its rule ${before},`;
  const text = `add to ${policyName(id)}${place} the ${direction} rule "${made.text}"`;
  return { text, resource, changed: { [policyFieldOf[id.kind]]: [resource] } };
}

function specOf(policy: KubernetesObject | undefined): Readonly<Record<string, unknown>> {
  return policy !== undefined && 'spec' in policy && isRecord(policy.spec) ? policy.spec : {};
}

/** A rule in the form of the policy's kind, and how it reads. */
function newRule({ checkpoint, peer }: Denial, { kind, namespace = '' }: PolicyId) {
  const { packet, direction } = checkpoint;
  if (kind === 'knp') {
    const rule = kubernetesRemedyRule(packet, direction, peer, namespace);
    return { rule, text: kubernetesRuleText(rule, direction) };
  }
  if (kind === 'np' || kind === 'gnp') {
    const rule = calicoRemedyRule(packet, direction, peer, namespace);
    return { rule, text: calicoRuleText(rule) };
  }
  const rule = (kind === 'kcnp' ? clusterRemedyRule : adminRemedyRule)(packet, direction, peer);
  return rule === undefined ? undefined : { rule, text: clusterRuleText(rule, direction) };
}
