import type { FelixConfiguration } from '../api/calico.ts';
import type { HostEndpoint } from '../api/calico-endpoints.ts';
import type { Pod } from '../api/core.ts';
import { errorText, WeftError } from '../base/errors.ts';
import { PolicyCalculation } from '../policy/calculation.ts';
import {
  hostEndpointChange,
  namespaceChange,
  networkSetChange,
  normalPolicyOf,
  type PolicyByKind,
  serviceAccountChange,
  tierChange,
} from '../policy/policy-changes.ts';
import { formatPolicyId } from '../policy/policy-id.ts';
import type { PolicyChange } from '../policy/policy-input.ts';
import type { PolicySettings } from '../policy/policy-settings.ts';
import type { PolicyState } from '../policy/policy-state.ts';
import { policySettings } from '../policy/read-policy-settings.ts';
import { type HostInterface, hostEndpointWarnings, resolveHostEndpoints } from '../policy/resolve-host-endpoints.ts';
import type { Labels } from '../selector/selector.ts';
import { PodFeed } from './pod-feed.ts';
import type { PolicyObjects, PolicySourceKind } from './policy-objects.ts';
import { ServiceFeed } from './service-feed.ts';
import type { LocalEndpoint } from './snapshot.ts';

/** What one node enforces, and how. */
export interface NodePolicy {
  readonly state: PolicyState;
  readonly settings: PolicySettings;
}

/**
 * Follows the objects of the cluster and the attachments of this node, and computes from them what the node enforces. What
 * is told is only noted; `compute` takes all of it at once.
 */
export class PolicyFeed {
  readonly #calculation = new PolicyCalculation();
  readonly #pods = new PodFeed();
  readonly #services = new ServiceFeed();
  readonly #nodeName: string;
  /** Of this node, by name. */
  readonly #hostEndpoints = new Map<string, HostEndpoint>();
  #interfaces: readonly HostInterface[] = [];
  #hostsChanged = false;
  /** Of single policies, by key. */
  readonly #warnings = new Map<string, readonly string[]>();
  #localHosts = new Set<string>();
  #pending: PolicyChange[] = [];
  #last: NodePolicy | undefined;
  #failure: WeftError | undefined;
  #lastWarnings: { readonly of: PolicyState; readonly version: number; readonly list: readonly string[] } | undefined;
  #warningsVersion = 0;

  constructor(nodeName: string) {
    this.#nodeName = nodeName;
  }

  /** An object is there or has changed, or (`deleted`) is gone. */
  changed<K extends PolicySourceKind>(kind: K, object: PolicyObjects[K], deleted: boolean): void {
    this.#note(this.#changes[kind](object, deleted));
  }

  /** A pod that was read from the server just now; older news of it is ignored from here on. */
  podRead(pod: Pod): void {
    this.#note(this.#pods.read(pod));
  }

  /** The attachments of this node, all of them. */
  attached(endpoints: readonly LocalEndpoint[]): void {
    this.#note(this.#pods.attached(endpoints));
  }

  /** True while some host endpoint is this node's: then what interfaces it has matters. */
  get hasHostEndpoints(): boolean {
    return this.#hostEndpoints.size > 0;
  }

  /** The interfaces of this node, all of them. */
  interfaces(interfaces: readonly HostInterface[]): void {
    this.#interfaces = interfaces;
    this.#hostsChanged = true;
  }

  /**
   * What is to be enforced with all that was told so far; the same object as long as it stays the same.
   *
   * @param configurations all FelixConfigurations
   * @param labels of this node
   * @throws WeftError POLICY_CALCULATION once the calculation has failed, and ever after
   */
  compute(configurations: readonly FelixConfiguration[], labels: Labels): NodePolicy {
    const state = this.#state();
    const settings = policySettings(configurations, this.#nodeName, labels);
    const known = this.#last;
    if (known?.state === state && JSON.stringify(known.settings) === JSON.stringify(settings)) return known;
    this.#last = { state, settings };
    return this.#last;
  }

  /** What owners of policies should know, sorted; the same array while it stays the same. */
  warnings(): readonly string[] {
    const state = this.#calculation.state();
    const known = this.#lastWarnings;
    if (known?.of === state && known.version === this.#warningsVersion) return known.list;
    const list = [...new Set([...state.warnings, ...[...this.#warnings.values()].flat()])].sort();
    this.#lastWarnings = { of: state, version: this.#warningsVersion, list };
    return list;
  }

  #state(): PolicyState {
    if (this.#hostsChanged) this.#resolveHosts();
    if (this.#failure !== undefined) throw this.#failure;
    const changes = this.#pending;
    this.#pending = [];
    try {
      if (changes.length > 0) this.#calculation.apply(changes);
      return this.#calculation.state();
    } catch (cause) {
      // Half of the changes may be in it: what it says from here on is not to be trusted.
      const message = `Cannot compute policy: ${errorText(cause)}, the agent must be started anew`;
      this.#failure = new WeftError('POLICY_CALCULATION', message, { cause });
      throw this.#failure;
    }
  }

  #resolveHosts(): void {
    this.#hostsChanged = false;
    const endpoints = [...this.#hostEndpoints.values()];
    const changes = resolveHostEndpoints(endpoints, this.#nodeName, this.#interfaces);
    const keys = new Set(changes.map(({ key }) => key));
    const gone = [...this.#localHosts].filter((key) => !keys.has(key));
    this.#localHosts = keys;
    this.#note([...gone.map((key): PolicyChange => ({ kind: 'local-host', key, value: undefined })), ...changes]);
    this.#setWarnings('host endpoints', hostEndpointWarnings(endpoints, this.#nodeName, this.#interfaces));
  }

  #note(changes: readonly PolicyChange[]): void {
    for (const change of changes) this.#pending.push(change);
  }

  readonly #changes: Changes = {
    pods: (pod, deleted) => this.#pods.changed(pod, deleted),
    namespaces: namespaceChange,
    serviceAccounts: serviceAccountChange,
    endpointSlices: (slice, deleted) => this.#services.changed(slice, deleted),
    tiers: tierChange,
    networkPolicies: (policy, deleted) => this.#policy('np', policy, deleted),
    globalNetworkPolicies: (policy, deleted) => this.#policy('gnp', policy, deleted),
    kubernetesPolicies: (policy, deleted) => this.#policy('knp', policy, deleted),
    clusterNetworkPolicies: (policy, deleted) => this.#policy('kcnp', policy, deleted),
    adminNetworkPolicies: (policy, deleted) => this.#policy('anp', policy, deleted),
    baselineAdminNetworkPolicies: (policy, deleted) => this.#policy('banp', policy, deleted),
    networkSets: networkSetChange,
    globalNetworkSets: networkSetChange,
    hostEndpoints: (endpoint, deleted) => {
      const { name } = endpoint.metadata;
      // One may have been another node's before.
      this.#hostsChanged ||= this.#hostEndpoints.delete(name);
      if (!deleted && endpoint.spec.node === this.#nodeName) {
        this.#hostEndpoints.set(name, endpoint);
        this.#hostsChanged = true;
      }
      return hostEndpointChange(endpoint, deleted);
    },
  };

  #policy<K extends keyof PolicyByKind>(kind: K, object: PolicyByKind[K], deleted: boolean): readonly PolicyChange[] {
    const { name, namespace } = object.metadata;
    const key = formatPolicyId({ kind, name, ...(namespace === undefined ? {} : { namespace }) });
    const { policy, warnings } = deleted ? { policy: undefined, warnings: [] } : normalPolicyOf(kind, object);
    this.#setWarnings(key, warnings);
    return [{ kind: 'policy', key, value: policy }];
  }

  #setWarnings(of: string, warnings: readonly string[]): void {
    if (warnings.length > 0 || this.#warnings.has(of)) this.#warningsVersion += 1;
    if (warnings.length > 0) this.#warnings.set(of, warnings);
    else this.#warnings.delete(of);
  }
}

type Changes = {
  readonly [K in PolicySourceKind]: (object: PolicyObjects[K], deleted: boolean) => readonly PolicyChange[];
};
