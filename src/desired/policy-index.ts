import { type LogReason, logReasons } from '../policy/log-prefix.ts';
import { formatPolicyId } from '../policy/policy-id.ts';
import type { PolicyState, RuleIdentity, WorkloadWalks } from '../policy/policy-state.ts';

/** Ways to find things in a state by what the kernel calls them. Each is made when it is first asked for. */
export class PolicyIndex {
  readonly #state: PolicyState;
  #rules: ReadonlyMap<string, RuleIdentity> | undefined;
  #reasons: ReadonlyMap<string, LogReason> | undefined;
  #workloads: ReadonlyMap<string, WorkloadWalks> | undefined;

  constructor(state: PolicyState) {
    this.#state = state;
  }

  /** All rules that are in force, by key, in the order of the walks. */
  get rules(): ReadonlyMap<string, RuleIdentity> {
    this.#rules ??= new Map(rulesOf(this.#state).map((rule) => [rule.key, rule]));
    return this.#rules;
  }

  /** Policies that are for endpoints of this node, as of formatPolicyId. */
  get policies(): ReadonlySet<string> {
    const walks = [...this.#state.walks.values()];
    return new Set(walks.flatMap(({ tiers }) => tiers.flatMap(({ policies }) => policies.map(formatPolicyId))));
  }

  /** By log prefix. */
  get reasons(): ReadonlyMap<string, LogReason> {
    this.#reasons ??= logReasons(this.#state);
    return this.#reasons;
  }

  /** By device. */
  get workloads(): ReadonlyMap<string, WorkloadWalks> {
    this.#workloads ??= new Map(this.#state.workloads.map((workload) => [workload.device, workload]));
    return this.#workloads;
  }
}

const indexes = new WeakMap<PolicyState, PolicyIndex>();

/** The one index of a state. */
export function policyIndex(state: PolicyState): PolicyIndex {
  const known = indexes.get(state);
  if (known !== undefined) return known;
  const index = new PolicyIndex(state);
  indexes.set(state, index);
  return index;
}

function rulesOf(state: PolicyState): readonly RuleIdentity[] {
  const rules: RuleIdentity[] = [];
  for (const { tiers } of state.walks.values()) {
    for (const { steps } of tiers) {
      for (const step of steps) {
        if (step.kind === 'rule') rules.push(step.rule);
        else for (const rule of step.rules) rules.push(rule);
      }
    }
  }
  return rules;
}
