import type { NormalPolicy, NormalTier } from './normal-policy.ts';
import type { PolicyKind } from './policy-id.ts';

/** More rules than this in one direction are worth a word. */
const manyRules = 1000;

const titles: Readonly<Record<PolicyKind, string>> = {
  np: 'NetworkPolicy',
  gnp: 'GlobalNetworkPolicy',
  knp: 'Kubernetes NetworkPolicy',
  kcnp: 'ClusterNetworkPolicy',
  anp: 'AdminNetworkPolicy',
  banp: 'BaselineAdminNetworkPolicy',
  snp: 'StagedNetworkPolicy',
  sgnp: 'StagedGlobalNetworkPolicy',
  sknp: 'StagedKubernetesNetworkPolicy',
};

/** What the owner of a policy that is in force should know. */
export function policyWarnings(policy: NormalPolicy, tiers: ReadonlyMap<string, NormalTier>): readonly string[] {
  // All policies in force are asked whenever an endpoint gets others.
  if (tiers.has(policy.tier) && Math.max(policy.ingress.length, policy.egress.length) <= manyRules) return [];
  const { kind, namespace, name } = policy.id;
  const title = `${titles[kind]} ${namespace === undefined ? name : `${namespace}/${name}`}`;
  const tier = tiers.has(policy.tier)
    ? []
    : [
        `${title}: tier "${policy.tier}" does not exist; it comes after all others and drops what no rule of it decides`,
      ];
  const rules = (['ingress', 'egress'] as const)
    .filter((direction) => policy[direction].length > manyRules)
    .map(
      (direction) => `${title}: ${policy[direction].length} ${direction} rules; a network set or selector costs less`,
    );
  return [...tier, ...rules];
}

/** For an endpoint that has got no walks of its own. */
export function starvedWarning(name: string): string {
  return `Cannot compile the policies of ${name}: all ids of folds and address lists are taken; it is cut off until policies are fewer`;
}
