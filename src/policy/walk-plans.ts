import { namespaceProfileName } from '../api/profile-names.ts';
import { defaultAllowProfile } from '../api/profiles.ts';
import type { CompiledPolicy } from './compile-policy.ts';
import type { Direction } from './direction.ts';
import type { NormalPolicy, NormalTier } from './normal-policy.ts';
import type { HostEndpointWalks, WorkloadWalks } from './policy-state.ts';
import type { TierPlan, WalkPlan } from './walk-store.ts';

/** What plans are made from. */
export interface PlanInput {
  /** Of the endpoint, in order. */
  readonly policies: readonly NormalPolicy[];
  readonly tiers: ReadonlyMap<string, NormalTier>;
  readonly compiled: (policy: NormalPolicy, direction: Direction) => CompiledPolicy;
}

/** The walks that an endpoint has, by what they are for. */
export type Plans<Walks> = { readonly [K in keyof Walks as Exclude<K, 'device' | 'devices' | 'name'>]: WalkPlan };

type WorkloadPlans = Plans<WorkloadWalks>;
type HostPlans = Plans<HostEndpointWalks>;

/** Of a container that is no pod: it may do everything. */
export const openWorkload: WorkloadPlans = {
  ingress: { direction: 'ingress', phase: 'workload', tiers: [], profile: defaultAllowProfile.metadata.name },
  egress: { direction: 'egress', phase: 'workload', tiers: [], profile: defaultAllowProfile.metadata.name },
};

/** Of a pod that is not known, or whose namespace is not: it may do nothing. */
export const closedWorkload: WorkloadPlans = {
  ingress: { direction: 'ingress', phase: 'workload', tiers: [] },
  egress: { direction: 'egress', phase: 'workload', tiers: [] },
};

/** Of a host endpoint that is not known: failsafe ports only. */
export const closedHost: HostPlans = {
  ingress: { direction: 'ingress', phase: 'normal', tiers: [] },
  egress: { direction: 'egress', phase: 'normal', tiers: [] },
};

/** Of a pod: its tiers, then the profile of its namespace. */
export function workloadPlans(input: PlanInput, namespace: string): WorkloadPlans {
  const usual = usualOf(input);
  const plan = (direction: Direction): WalkPlan => ({
    direction,
    phase: 'workload',
    tiers: tierPlans(usual, direction),
    profile: namespaceProfileName(namespace),
  });
  return { ingress: plan('ingress'), egress: plan('egress') };
}

/**
 * Of a host endpoint: one for each phase that has policies, and always the normal ones.
 *
 * @param profile that allows what no policy is about; absent: that is dropped
 */
export function hostPlans(input: PlanInput, profile: string | undefined): HostPlans {
  const { policies } = input;
  const usual = usualOf(input);
  const forward = { ...usual, policies: usual.policies.filter(({ applyOnForward }) => applyOnForward) };
  const untracked = { ...input, policies: policies.filter((policy) => policy.untracked) };
  const preDnat = { ...input, policies: policies.filter((policy) => policy.preDnat && !policy.untracked) };
  const normal = (direction: Direction): WalkPlan => ({
    direction,
    phase: 'normal',
    tiers: tierPlans(usual, direction),
    ...(profile === undefined ? {} : { profile }),
  });
  return {
    ingress: normal('ingress'),
    egress: normal('egress'),
    ...optional('forwardIngress', forward, 'ingress', 'forward'),
    ...optional('forwardEgress', forward, 'egress', 'forward'),
    ...optional('untrackedIngress', untracked, 'ingress', 'untracked'),
    ...optional('untrackedEgress', untracked, 'egress', 'untracked'),
    ...optional('preDnat', preDnat, 'ingress', 'pre-dnat'),
  };
}

/** Without the policies that host endpoints have before connection tracking or NAT. */
function usualOf(input: PlanInput): PlanInput {
  return { ...input, policies: input.policies.filter(({ untracked, preDnat }) => !untracked && !preDnat) };
}

function optional(name: string, input: PlanInput, direction: Direction, phase: WalkPlan['phase']) {
  // What is not decided before connection tracking or NAT is decided after it.
  const goesOn = phase === 'untracked' || phase === 'pre-dnat';
  const tiers = tierPlans(input, direction).map((tier) => (goesOn ? { ...tier, end: 'pass' as const } : tier));
  return tiers.length === 0 ? {} : { [name]: { direction, phase, tiers } };
}

/** The tiers with a policy for the direction. A tier that does not exist drops what its policies do not decide. */
function tierPlans({ policies, tiers, compiled }: PlanInput, direction: Direction): readonly TierPlan[] {
  const plans: { tier: string; end: TierPlan['end']; policies: TierPlan['policies'][number][] }[] = [];
  for (const policy of policies) {
    if (!policy.directions.includes(direction)) continue;
    const entry = { id: policy.id, compiled: compiled(policy, direction) };
    const last = plans.at(-1);
    if (last?.tier === policy.tier) last.policies.push(entry);
    else {
      const end = tiers.get(policy.tier)?.defaultAction === 'Pass' ? 'pass' : 'drop';
      plans.push({ tier: policy.tier, end, policies: [entry] });
    }
  }
  return plans;
}
