import { namespaceProfileName } from '../../api/profile-names.ts';
import type { Ip } from '../../net/ip.ts';
import type { Direction } from '../direction.ts';
import type { Packet } from '../packet.ts';
import type { PolicyId } from '../policy-id.ts';
import type { PolicySettings } from '../policy-settings.ts';
import type { PolicyResources } from '../resources.ts';
import type { RuleReference, Verdict, VerdictReason } from '../verdict.ts';
import type { AddressOwner } from './address-owner.ts';
import { calicoPolicies } from './calico-policies.ts';
import { clusterPolicies } from './cluster-policies.ts';
import { clusterView } from './cluster-view.ts';
import { isFailsafe } from './failsafe.ts';
import { kubernetesPolicies } from './kubernetes-policies.ts';
import { isNeighbourMessage } from './neighbour-message.ts';
import type { OraclePolicy } from './oracle-policy.ts';
import { type OracleTier, sortIntoTiers } from './tier-order.ts';

/** Whom policy is for. */
export type EndpointReference =
  | { readonly kind: 'pod'; readonly namespace: string; readonly name: string }
  | { readonly kind: 'host'; readonly name: string };

/**
 * Which of a host endpoint's policies: those for the host's own processes (`normal`), for what it forwards, before
 * connection tracking, before destination NAT.
 */
export type HostPhase = 'normal' | 'forward' | 'untracked' | 'pre-dnat';

/** The policies of a tier that are for an endpoint, in order, and what becomes of packets that none of them decides. */
export interface IsolatingTier {
  readonly tier: string;
  readonly defaultAction: 'Deny' | 'Pass';
  readonly policies: readonly PolicyId[];
}

/** Decides about packets, from nothing but API objects. */
export interface Oracle {
  /** What policy says of the packet at this endpoint. A pod's phase is always `normal`. */
  evaluate(endpoint: EndpointReference, direction: Direction, packet: Packet, phase?: HostPhase): Verdict;
  /** Tiers that take part, in order; none: the profile decides. */
  isolating(endpoint: EndpointReference, direction: Direction, phase?: HostPhase): readonly IsolatingTier[];
  /** The Pass rules that match on the packet's way to what decides, in order; none at a failsafe port. */
  passed(
    endpoint: EndpointReference,
    direction: Direction,
    packet: Packet,
    phase?: HostPhase,
  ): readonly RuleReference[];
  /** The pod or host endpoint that has the address: pods before host endpoints, then in the order of the resources. */
  endpointOf(ip: Ip): EndpointReference | undefined;
}

/** What the oracle needs of the settings. */
export type OracleSettings = Pick<PolicySettings, 'failsafeInbound' | 'failsafeOutbound'>;

const noFailsafes: OracleSettings = { failsafeInbound: [], failsafeOutbound: [] };
/** The profile that allows a host endpoint what no policy is about. */
const allowProfile = 'projectcalico-default-allow';

/**
 * Reads policy as the documentation of Calico and of Kubernetes tells it: slowly, one rule after the other, sharing no
 * code with what is compiled for the kernel, so that each can be checked against the other. Objects that cannot be read
 * fail closed.
 *
 * @see Calico documentation "Get started with policy tiers", "Protect hosts"
 */
export function oracleOf(resources: PolicyResources, settings: OracleSettings = noFailsafes): Oracle {
  const view = clusterView(resources);
  const policies = [
    ...calicoPolicies(view, resources),
    ...kubernetesPolicies(view, resources),
    ...clusterPolicies(view, resources),
  ];
  const tiers = sortIntoTiers(resources.tiers, policies);
  const endpoints = new Map(
    view.owners.filter(({ kind }) => kind !== 'network-set').map((owner) => [keyOf(referenceOf(owner)), owner]),
  );
  const walks = new Map<string, readonly OracleTier[]>();
  const tiersOf = (owner: AddressOwner, direction: Direction, phase: HostPhase) => {
    const key = `${direction} ${phase} ${keyOf(referenceOf(owner))}`;
    const found = walks.get(key) ?? tiersFor(tiers, owner, direction, phase);
    walks.set(key, found);
    return found;
  };
  return {
    evaluate: (reference, direction, packet, phase = 'normal') => {
      const owner = endpoints.get(keyOf(reference));
      if (owner === undefined) return verdict(direction, unknownEndpoint(resources, reference));
      if (owner.kind === 'pod' && !hasNamespace(resources, owner)) return verdict(direction, { kind: 'no-profile' });
      if (owner.kind === 'host' && phase !== 'forward') {
        if (isNeighbourMessage(packet)) return verdict(direction, { kind: 'no-policy' });
        if (isFailsafe(settings, direction, phase, packet)) return verdict(direction, { kind: 'failsafe' });
      }
      const { decision, logged } = walkTiers(tiersOf(owner, direction, phase), direction, packet, phase);
      if (decision !== undefined) return { ...decision, direction, logged };
      return verdict(direction, undecided(resources, owner, phase), logged);
    },
    isolating: (reference, direction, phase = 'normal') => {
      const owner = endpoints.get(keyOf(reference));
      const taking = owner === undefined ? [] : tiersOf(owner, direction, phase);
      return taking.map(({ name, defaultAction, policies: own }) => ({
        tier: name,
        defaultAction,
        policies: own.map(({ id }) => id),
      }));
    },
    passed: (reference, direction, packet, phase = 'normal') => {
      const owner = endpoints.get(keyOf(reference));
      return owner === undefined ? [] : walkTiers(tiersOf(owner, direction, phase), direction, packet, phase).passed;
    },
    endpointOf: (ip) => view.endpointsAt(ip).map(referenceOf)[0],
  };
}

function referenceOf({ kind, namespace = '', name }: AddressOwner): EndpointReference {
  return kind === 'pod' ? { kind, namespace, name } : { kind: 'host', name };
}

function keyOf(reference: EndpointReference): string {
  return reference.kind === 'pod' ? `${reference.namespace}/${reference.name}` : `host/${reference.name}`;
}

function hasNamespace({ namespaces }: PolicyResources, { namespace }: AddressOwner): boolean {
  return namespaces.some(({ metadata }) => metadata.name === namespace);
}

function verdict(direction: Direction, reason: VerdictReason, logged: readonly RuleReference[] = []): Verdict {
  return { allowed: reason.kind !== 'no-profile', direction, reason, logged };
}

/** A pod on its node's network is the node, to which no pod's policy applies. What nobody knows is let nowhere. */
function unknownEndpoint({ pods }: PolicyResources, reference: EndpointReference): VerdictReason {
  if (reference.kind === 'host') return { kind: 'no-policy' };
  const pod = pods.find(
    ({ metadata }) => metadata.namespace === reference.namespace && metadata.name === reference.name,
  );
  return pod?.spec.hostNetwork === true ? { kind: 'no-policy' } : { kind: 'no-profile' };
}

/** The tiers with a policy that is for this endpoint, direction and phase, each with those policies only. */
function tiersFor(
  tiers: readonly OracleTier[],
  owner: AddressOwner,
  direction: Direction,
  phase: HostPhase,
): readonly OracleTier[] {
  return tiers
    .map((tier) => ({
      ...tier,
      policies: tier.policies.filter(
        (policy) => policy[direction] !== undefined && isOfPhase(policy, phase) && policy.selects(owner),
      ),
    }))
    .filter(({ policies }) => policies.length > 0);
}

function isOfPhase({ untracked, preDnat, applyOnForward }: OraclePolicy, phase: HostPhase): boolean {
  if (phase === 'untracked') return untracked;
  if (phase === 'pre-dnat') return preDnat;
  return !untracked && !preDnat && (phase === 'normal' || applyOnForward);
}

/** Tier after tier, rule after rule, until one decides. Before connection tracking and DNAT no tier drops at its end. */
function walkTiers(tiers: readonly OracleTier[], direction: Direction, packet: Packet, phase: HostPhase) {
  const way: OnTheWay = { logged: [], passed: [] };
  const neverDrops = phase === 'untracked' || phase === 'pre-dnat';
  for (const { name: tier, defaultAction, policies } of tiers) {
    const { rule, allowed } = firstMatch(tier, policies, direction, packet, way);
    if (rule === 'passed') continue;
    if (rule !== undefined) return { decision: { allowed, reason: { kind: 'rule', rule } as const }, ...way };
    if (defaultAction === 'Pass' || neverDrops) continue;
    const reason = { kind: 'tier-end', tier, policies: policies.map(({ id }) => id) } as const;
    return { decision: { allowed: false, reason }, ...way };
  }
  return { decision: undefined, ...way };
}

/** Rules that matched before what decides. */
interface OnTheWay {
  readonly logged: RuleReference[];
  readonly passed: RuleReference[];
}

/** The rule that decides in this tier; `passed` when one says to leave it, `undefined` when none matches. */
function firstMatch(
  tier: string,
  policies: readonly OraclePolicy[],
  direction: Direction,
  packet: Packet,
  way: OnTheWay,
): { readonly rule: RuleReference | 'passed' | undefined; readonly allowed: boolean } {
  for (const policy of policies) {
    for (const { index, name, action, matches } of policy[direction] ?? []) {
      if (!matches(packet)) continue;
      const rule = { tier, policy: policy.id, direction, index, ...(name === undefined ? {} : { name }) };
      if (action === 'Pass') {
        way.passed.push(rule);
        return { rule: 'passed', allowed: false };
      }
      if (action !== 'Log') return { rule, allowed: action === 'Allow' };
      way.logged.push(rule);
    }
  }
  return { rule: undefined, allowed: false };
}

/** What holds when no tier decided: the profile of a namespace allows everything. */
function undecided(resources: PolicyResources, owner: AddressOwner, phase: HostPhase): VerdictReason {
  if (owner.kind === 'pod') return { kind: 'profile', profile: namespaceProfileName(owner.namespace ?? '') };
  if (phase !== 'normal') return { kind: 'no-policy' };
  const { profiles = [] } = resources.hostEndpoints.find(({ metadata }) => metadata.name === owner.name)?.spec ?? {};
  const allowing = [allowProfile, ...resources.namespaces.map(({ metadata }) => namespaceProfileName(metadata.name))];
  const profile = profiles.find((one) => allowing.includes(one));
  return profile === undefined ? { kind: 'no-profile' } : { kind: 'profile', profile };
}
