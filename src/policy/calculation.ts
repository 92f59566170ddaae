import { builtInTiers } from '../api/built-in-tiers.ts';
import { parseProfileName } from '../api/profile-names.ts';
import { ActivePolicies } from './active-policies.ts';
import { AddressLists } from './address-lists.ts';
import { CompileCache } from './compile-cache.ts';
import { RuleLists } from './compile-list.ts';
import { type LocalEndpoint, LocalEndpoints, type WalkKeys } from './local-endpoints.ts';
import type { NormalPolicy, NormalTier } from './normal-policy.ts';
import { formatPolicyId } from './policy-id.ts';
import type { NamedPort, PolicyChange } from './policy-input.ts';
import { comparePolicies } from './policy-order.ts';
import type { PolicyState } from './policy-state.ts';
import { policyWarnings, starvedWarning } from './policy-warnings.ts';
import { closedHost, closedWorkload, hostPlans, openWorkload, type PlanInput, workloadPlans } from './walk-plans.ts';
import { type WalkPlan, WalkStore } from './walk-store.ts';

/**
 * Follows what policy is computed from, and says what this node has to enforce. A change costs what it touches: a pod
 * elsewhere changes elements of collections; labels of a pod here, its two walks; a policy, the walks of the pods here
 * that have it.
 */
export class PolicyCalculation {
  readonly #addresses = new AddressLists((key) => this.#touchLabels(key));
  readonly #lists = new RuleLists(this.#addresses);
  readonly #active = new ActivePolicies((endpoint, policy) => {
    this.#touchedPolicies.add(policy);
    this.#touch(endpoint);
  });
  readonly #compiled = new CompileCache(this.#lists);
  readonly #walks: WalkStore;
  readonly #locals = new LocalEndpoints();
  readonly #namespaces = new Set<string>();
  readonly #tiers = new Map(alwaysThere);
  /** Keys of local endpoints to be planned anew. */
  readonly #dirty = new Set<string>();
  /** Those that got no walks of their own for want of ids. */
  readonly #starved = new Set<string>();
  /** Keys of policies that were changed, or that an endpoint has got or lost. */
  readonly #touchedPolicies = new Set<string>();
  readonly #policyWarnings = new Map<string, readonly string[]>();
  /** Made in this change, for pods that are alike. */
  readonly #plans = new Map<string, ReturnType<typeof workloadPlans>>();
  /** Walks that nobody will use after this change. */
  #closing: string[] = [];
  #state: PolicyState | undefined;

  /** @param lastId folds and address lists have ids from 1 to this */
  constructor(lastId?: number) {
    this.#walks = new WalkStore(this.#lists, lastId);
  }

  /** Takes changes in; they are in force together. */
  apply(changes: readonly PolicyChange[]): void {
    for (const change of changes) this.#take(change);
    for (const list of this.#lists.takeReshaped()) {
      for (const policy of this.#compiled.usersOf(list)) {
        this.#compiled.drop(policy);
        this.#touchPolicy(policy);
      }
    }
    for (const key of [...this.#dirty, ...this.#starved]) this.#plan(key);
    this.#dirty.clear();
    this.#plans.clear();
    // Not before everything new is there: most of it is what the old has, too.
    for (const key of this.#closing) this.#walks.close(key);
    this.#closing = [];
    for (const key of this.#touchedPolicies) this.#warn(key);
    this.#compiled.sweep((key) => this.#active.isActive(key), this.#touchedPolicies);
    this.#touchedPolicies.clear();
    this.#walks.settle();
  }

  /** What is in force now; the same object, with the same parts, as long as they do not change. */
  state(): PolicyState {
    const warnings = this.#findWarnings();
    const before = this.#state;
    const now: PolicyState = {
      workloads: this.#locals.workloads(),
      hostEndpoints: this.#locals.hostEndpoints(),
      walks: this.#walks.walks(),
      collections: this.#walks.journals.collections(),
      networks: this.#walks.networks(),
      selectors: this.#addresses.size,
      warnings: before !== undefined && equalValues(before.warnings, warnings) ? before.warnings : warnings,
    };
    const same =
      before !== undefined &&
      Object.entries(now).every(([name, part]) => Object.is(part, before[name as keyof PolicyState]));
    if (!same) this.#state = now;
    return this.#state ?? now;
  }

  #take(change: PolicyChange): void {
    switch (change.kind) {
      case 'policy':
        this.#setPolicy(change.key, change.value);
        break;
      case 'tier':
        this.#setTier(change.key, change.value);
        break;
      case 'local':
        this.#setLocal(`workload ${change.key}`, change.value && { kind: 'workload', value: change.value });
        break;
      case 'local-host':
        this.#setLocal(`host ${change.key}`, change.value && { kind: 'host', value: change.value });
        break;
      default:
        this.#addresses.apply(change);
        // Its ports may be others, by which policies know them.
        if (change.kind === 'endpoint') this.#touch(change.key);
        if (change.kind === 'namespace') this.#setNamespace(change.key, change.value !== undefined);
    }
  }

  #setPolicy(key: string, policy: NormalPolicy | undefined): void {
    const before = this.#active.get(key);
    if (before === policy || (before && policy && equalValues(before, policy))) return;
    this.#touchedPolicies.add(key);
    this.#compiled.drop(key);
    if (policy === undefined) this.#active.delete(key);
    else this.#active.set(key, policy);
  }

  #setTier(name: string, value: NormalTier | undefined): void {
    const tier = value ?? alwaysThere.get(name);
    const before = this.#tiers.get(name);
    if (before === tier || (before && tier && equalValues(before, tier))) return;
    if (tier === undefined) this.#tiers.delete(name);
    else this.#tiers.set(name, tier);
    for (const [key, policy] of this.#active.active()) {
      if (policy.tier !== name) continue;
      this.#touchedPolicies.add(key);
      this.#touchPolicy(key);
    }
  }

  #setNamespace(name: string, known: boolean): void {
    if (known === this.#namespaces.has(name)) return;
    if (known) this.#namespaces.add(name);
    else this.#namespaces.delete(name);
    for (const endpoint of this.#locals.endpoints()) {
      const namespace = this.#addresses.endpoint(endpoint)?.namespace;
      // A host endpoint has none, but may have profiles of some.
      if (namespace === undefined || namespace === name) this.#touch(endpoint);
    }
  }

  #profileIsThere(profile: string): boolean {
    const owner = parseProfileName(profile);
    return owner?.kind !== 'namespace' || this.#namespaces.has(owner.namespace);
  }

  #setLocal(key: string, local: LocalEndpoint | undefined): void {
    const before = this.#locals.get(key)?.value.endpoint;
    if (local === undefined) {
      this.#closing.push(...Object.values(this.#locals.delete(key)));
      this.#starved.delete(key);
      this.#dirty.delete(key);
    } else if (this.#locals.set(key, local)) {
      this.#dirty.add(key);
    }
    for (const endpoint of new Set([before, local?.value.endpoint])) {
      if (endpoint !== undefined) this.#touchLabels(endpoint);
    }
  }

  /** Labels of an endpoint, or whether it is one of this node, may be other than before. */
  #touchLabels(endpoint: string): void {
    const isLocal = this.#locals.isLocal(endpoint);
    if (!isLocal && !this.#active.has(endpoint)) return;
    this.#active.setEndpoint(endpoint, isLocal ? this.#addresses.labelsOf(endpoint) : undefined);
    this.#touch(endpoint);
  }

  #touchPolicy(key: string): void {
    for (const endpoint of this.#active.endpointsOf(key)) this.#touch(endpoint);
  }

  /** Something about an endpoint may be other than before. */
  #touch(endpoint: string): void {
    for (const local of this.#locals.standingFor(endpoint)) this.#dirty.add(local);
  }

  /** Gives a local endpoint its walks. */
  #plan(key: string): void {
    const local = this.#locals.get(key);
    if (local === undefined) return;
    const opened = this.#open(this.#plansOf(local));
    if (opened === undefined) this.#starved.add(key);
    else this.#starved.delete(key);
    // Closed ones need no ids.
    const walks = opened ?? this.#open(local.kind === 'workload' ? closedWorkload : closedHost) ?? {};
    this.#closing.push(...Object.values(this.#locals.setWalks(key, walks)));
  }

  /** All of them, or none. */
  #open(plans: Readonly<Record<string, WalkPlan>>): WalkKeys | undefined {
    const keys: Record<string, string> = {};
    for (const [name, plan] of Object.entries(plans)) {
      const walk = this.#walks.open(plan);
      if (walk === undefined) {
        this.#closing.push(...Object.values(keys));
        return undefined;
      }
      keys[name] = walk.key;
    }
    return keys;
  }

  #plansOf({ kind, value }: LocalEndpoint): Readonly<Record<string, WalkPlan>> {
    const key = value.endpoint;
    if (key === undefined) return openWorkload;
    const endpoint = this.#addresses.endpoint(key);
    if (kind === 'host') {
      if (endpoint === undefined) return closedHost;
      return hostPlans(
        this.#input(key),
        value.profiles.find((profile) => this.#profileIsThere(profile)),
      );
    }
    const namespace = endpoint?.namespace;
    if (endpoint === undefined || namespace === undefined || !this.#namespaces.has(namespace)) return closedWorkload;
    // Hundreds of pods with the same policies are no more work than one.
    const alike = JSON.stringify([namespace, endpoint.ports, ...this.#active.policiesOf(key)]);
    const plans = this.#plans.get(alike) ?? workloadPlans(this.#input(key, endpoint.ports), namespace);
    this.#plans.set(alike, plans);
    return plans;
  }

  #input(endpoint: string, ownPorts?: readonly NamedPort[]): PlanInput {
    const policies = [...this.#active.policiesOf(endpoint)].flatMap((key) => this.#active.get(key) ?? []);
    return {
      policies: policies.sort((a, b) => comparePolicies(a, b, this.#tiers)),
      tiers: this.#tiers,
      compiled: (policy, direction) => this.#compiled.get(formatPolicyId(policy.id), policy, direction, ownPorts),
    };
  }

  #warn(key: string): void {
    const policy = this.#active.isActive(key) ? this.#active.get(key) : undefined;
    const warnings = policy === undefined ? [] : policyWarnings(policy, this.#tiers);
    if (warnings.length > 0) this.#policyWarnings.set(key, warnings);
    else this.#policyWarnings.delete(key);
  }

  #findWarnings(): readonly string[] {
    const starved = [...this.#starved].flatMap((key) => this.#locals.get(key)?.value.name ?? []);
    return [...[...this.#policyWarnings.values()].flat(), ...starved.map(starvedWarning)].sort();
  }
}

/** A cluster has these even before somebody has made the objects. */
const alwaysThere: ReadonlyMap<string, NormalTier> = new Map(
  builtInTiers.map(({ metadata: { name }, spec }) => {
    const { order = Number.POSITIVE_INFINITY, defaultAction = 'Deny' } = spec;
    return [name, { name, order, defaultAction }];
  }),
);

/** Policies and tiers are plain values, whose order has no limit but infinity. */
function equalValues(a: object, b: object): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
