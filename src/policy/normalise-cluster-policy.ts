import type {
  AdminNetworkPolicy,
  AdminPolicyRule,
  BaselineAdminNetworkPolicy,
  ClusterNetworkPolicy,
  ClusterPolicyRule,
  ClusterPolicySubject,
} from '../api/cluster-policy.ts';
import { clusterAction, fromAdminRule, fromClusterRule, fromClusterSubject } from '../api/from-cluster-policy.ts';
import { readField } from '../api/unreadable.ts';
import { parseSelector } from '../selector/parse-selector.ts';
import type { Selector } from '../selector/selector.ts';
import type { Direction } from './direction.ts';
import { type Normalised, normalisePolicy, type SourceRule } from './normalise-policy.ts';
import { allOf, namespaceLabel, readNamespaceSelector } from './normalise-selector.ts';
import type { PolicyId } from './policy-id.ts';

/** A ClusterNetworkPolicy (v1alpha2): in tier `kube-admin` or `kube-baseline`, by priority. */
export function normalClusterPolicy({ metadata, spec }: ClusterNetworkPolicy): Normalised {
  return clusterWide({ kind: 'kcnp', name: metadata.name }, `ClusterNetworkPolicy "${metadata.name}"`, spec.subject, {
    tier: spec.tier === 'Baseline' ? 'kube-baseline' : 'kube-admin',
    order: spec.priority,
    ingress: (spec.ingress ?? []).map(clusterRule),
    egress: (spec.egress ?? []).map(clusterRule),
  });
}

/** An AdminNetworkPolicy (v1alpha1): in tier `kube-admin`, by priority. */
export function normalAdminPolicy({ metadata, spec }: AdminNetworkPolicy): Normalised {
  return clusterWide({ kind: 'anp', name: metadata.name }, `AdminNetworkPolicy "${metadata.name}"`, spec.subject, {
    tier: 'kube-admin',
    order: spec.priority,
    ingress: (spec.ingress ?? []).map(adminRule),
    egress: (spec.egress ?? []).map(adminRule),
  });
}

/** A BaselineAdminNetworkPolicy (v1alpha1): last in tier `kube-baseline`, for it has no priority. */
export function normalBaselinePolicy({ metadata, spec }: BaselineAdminNetworkPolicy): Normalised {
  const title = `BaselineAdminNetworkPolicy "${metadata.name}"`;
  return clusterWide({ kind: 'banp', name: metadata.name }, title, spec.subject, {
    tier: 'kube-baseline',
    order: Number.POSITIVE_INFINITY,
    ingress: (spec.ingress ?? []).map(adminRule),
    egress: (spec.egress ?? []).map(adminRule),
  });
}

interface ClusterSpec extends Readonly<Record<Direction, readonly SourceRule[]>> {
  readonly tier: string;
  readonly order: number;
}

function clusterWide(id: PolicyId, title: string, subject: ClusterPolicySubject, spec: ClusterSpec): Normalised {
  return normalisePolicy({
    ...spec,
    id,
    title,
    scope: { kind: 'has', label: namespaceLabel },
    selector: () => readSubject(subject),
    // A direction without rules is not decided at all: the tiers pass at their end.
    directions: (['ingress', 'egress'] as const).filter((direction) => spec[direction].length > 0),
  });
}

function readSubject(subject: ClusterPolicySubject): Selector {
  const { selector, namespaceSelector } = fromClusterSubject(subject, 'subject');
  return readField('subject', () => allOf([parseSelector(selector), readNamespaceSelector(namespaceSelector)]));
}

function clusterRule(rule: ClusterPolicyRule): SourceRule {
  return { ...named(rule), action: clusterAction(rule.action), rules: () => fromClusterRule(rule) };
}

function adminRule(rule: AdminPolicyRule): SourceRule {
  return { ...named(rule), action: rule.action, rules: () => fromAdminRule(rule) };
}

function named({ name = '' }: { readonly name?: string }): { readonly name?: string } {
  return name === '' ? {} : { name };
}
