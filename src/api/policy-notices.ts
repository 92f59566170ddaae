import { errorText } from '../base/errors.ts';
import type { PolicySpec, Rule } from './calico-policy.ts';
import { fromAdminRule, fromClusterRule } from './from-cluster-policy.ts';
import * as kinds from './kinds.ts';
import type { Kind, KubernetesObject } from './meta.ts';
import { defaultPolicyTypes } from './policy-defaults.ts';
import { Unreadable } from './unreadable.ts';

type Notices = (object: KubernetesObject) => readonly string[];

const notices: ReadonlyMap<string, Notices> = new Map([
  noticesOf(kinds.networkPolicies, ({ spec }) => calicoNotices(spec)),
  noticesOf(kinds.globalNetworkPolicies, ({ spec }) => calicoNotices(spec)),
  noticesOf(kinds.stagedNetworkPolicies, ({ spec }) => calicoNotices(spec)),
  noticesOf(kinds.stagedGlobalNetworkPolicies, ({ spec }) => calicoNotices(spec)),
  noticesOf(kinds.clusterNetworkPolicies, (policy) => clusterNotices(policy, fromClusterRule)),
  noticesOf(kinds.adminNetworkPolicies, (policy) => clusterNotices(policy, fromAdminRule)),
  noticesOf(kinds.baselineAdminNetworkPolicies, (policy) => clusterNotices(policy, fromAdminRule)),
]);

/**
 * What the owner of a policy should know though nothing is wrong with it: that it isolates without allowing anything,
 * that part of it is not enforced. For an object that is valid; empty for other kinds.
 */
export function policyNotices(
  kind: Pick<Kind<KubernetesObject>, 'group' | 'kind'>,
  object: KubernetesObject,
): readonly string[] {
  return notices.get(`${kind.group}/${kind.kind}`)?.(object) ?? [];
}

/** One line of the table. The kind ties the function to the type of its objects. */
function noticesOf<T extends KubernetesObject>(
  kind: Kind<T>,
  find: (object: T) => readonly string[],
): [string, Notices] {
  return [`${kind.group}/${kind.kind}`, (object) => find(object as T)];
}

/** Said of a direction in which a policy has rules, all of them Log: users take those for harmless. */
export function logOnlyNotice(direction: 'ingress' | 'egress'): string {
  return `all ${direction} rules only log: what the policy selects is isolated all the same; an Allow or Pass rule lets traffic through`;
}

function calicoNotices(spec: PolicySpec): readonly string[] {
  const { types = [] } = spec;
  const directions = types.length === 0 ? defaultPolicyTypes(spec) : types;
  return (['Ingress', 'Egress'] as const).flatMap((type): readonly string[] => {
    const direction = type === 'Ingress' ? 'ingress' : 'egress';
    const rules: readonly Rule[] = spec[direction] ?? [];
    const unread = rules.flatMap(({ http }, index) =>
      http === undefined ? [] : [`spec.${direction}[${index}].http: HTTP is not looked into; the rule matches nothing`],
    );
    const logs = directions.includes(type) && rules.length > 0 && rules.every(({ action }) => action === 'Log');
    return logs ? [...unread, logOnlyNotice(direction)] : unread;
  });
}

interface ClusterSpec<R> {
  readonly ingress?: readonly R[];
  readonly egress?: readonly R[];
}

function clusterNotices<R extends { readonly action: string }>(
  { spec }: { readonly spec: ClusterSpec<R> },
  convert: (rule: R) => unknown,
): readonly string[] {
  return (['ingress', 'egress'] as const).flatMap((direction) =>
    (spec[direction] ?? []).flatMap((rule, index): readonly string[] => {
      try {
        convert(rule);
        return [];
      } catch (error) {
        const field = error instanceof Unreadable ? `.${error.field}` : '';
        const allows = rule.action === 'Accept' || rule.action === 'Allow';
        const consequence = allows ? 'the rule allows nothing' : `the rule denies all ${direction}`;
        return [`spec.${direction}[${index}]${field}: ${errorText(error)}; ${consequence}`];
      }
    }),
  );
}
