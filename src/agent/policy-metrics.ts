import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import { errorText } from '../base/errors.ts';
import type { Logger } from '../base/log.ts';
import type { NodePolicy } from '../desired/policy-feed.ts';
import { policyIndex } from '../desired/policy-index.ts';
import type { ChainCounters } from '../host/nft-counters.ts';
import type { Caches } from './caches.ts';
import { type CountedBy, CounterIncrements, countingChains } from './policy-counters.ts';

/** More rules than this are counted together, as policy and rule `other`. */
const maxSeries = 1000;
const buckets = [0.0001, 0.0005, 0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5];
const ruleLabels = ['tier', 'policy', 'direction', 'rule', 'action'] as const;

type RuleLabels = Readonly<Record<(typeof ruleLabels)[number], string>>;

/** What the metrics are read from, when they are asked for. */
export interface PolicyMetricsParts {
  readonly registry: Registry;
  readonly policy: () => NodePolicy | undefined;
  readonly counters: () => ReadonlyMap<string, ChainCounters>;
  /** How often the kernel had more to report than was read. */
  readonly losses: () => number;
  readonly caches: Caches;
  readonly log: Logger;
}

/**
 * Metrics of network policy: what every rule has counted in the kernel, read at the scrape, and how much there is of
 * everything. They never go down while the agent runs, whatever is rewritten in the kernel.
 */
export class PolicyMetrics {
  readonly #parts: PolicyMetricsParts;
  readonly #increments = new CounterIncrements();
  /** By chain: the rules that have series of their own. */
  readonly #named = new Map<string, RuleLabels>();
  readonly #packets: Counter;
  readonly #bytes: Counter;
  readonly #denied: Counter;
  readonly #seconds: Histogram;

  constructor(parts: PolicyMetricsParts) {
    this.#parts = parts;
    const registers = [parts.registry];
    const counter = (name: string, help: string, labelNames: readonly string[], collect?: () => void): Counter =>
      new Counter({ name, help, labelNames, registers, ...(collect === undefined ? {} : { collect }) });
    // The first that is collected reads for all three.
    this.#packets = counter(
      'weft_policy_rule_packets_total',
      'Packets that a rule of a policy decided',
      ruleLabels,
      () => this.#read(),
    );
    this.#bytes = counter('weft_policy_rule_bytes_total', 'Bytes of these packets', ruleLabels);
    this.#denied = counter('weft_denied_packets_total', 'Packets dropped by something that is no policy', ['reason']);
    this.#seconds = new Histogram({
      name: 'weft_policy_calculation_seconds',
      help: 'Time of a computation of policy that changed something',
      buckets,
      registers,
    });
    this.#gauges();
  }

  computed(ms: number): void {
    this.#seconds.observe(ms / 1000);
  }

  #gauges(): void {
    const { registry, caches, policy, losses } = this.#parts;
    const gauge = (name: string, help: string, value: () => number): void => {
      new Gauge({
        name,
        help,
        registers: [registry],
        collect() {
          this.set(value());
        },
      });
    };
    const size = (names: readonly (keyof Caches['policy'])[]): number =>
      names.reduce((sum, name) => sum + caches.policy[name].items().length, 0);
    gauge('felix_active_local_policies', 'Policies for endpoints of this node', () => {
      const state = policy()?.state;
      return state === undefined ? 0 : policyIndex(state).policies.size;
    });
    gauge(
      'felix_active_local_selectors',
      'Selectors in the rules of these policies',
      () => policy()?.state.selectors ?? 0,
    );
    gauge('felix_cluster_num_policies', 'Policies of the cluster', () =>
      size([
        'networkPolicies',
        'globalNetworkPolicies',
        'kubernetesPolicies',
        'clusterNetworkPolicies',
        'adminNetworkPolicies',
        'baselineAdminNetworkPolicies',
      ]),
    );
    gauge('felix_cluster_num_tiers', 'Tiers of the cluster', () => size(['tiers']));
    gauge('felix_cluster_num_host_endpoints', 'Host endpoints of the cluster', () => size(['hostEndpoints']));
    gauge('felix_cluster_num_profiles', 'Namespaces and service accounts of the cluster', () =>
      size(['namespaces', 'serviceAccounts']),
    );
    gauge('felix_cluster_num_workload_endpoints', 'Pods of the cluster with a network of their own', () => {
      const pods = caches.pods.items();
      return pods.filter(({ spec }) => spec.nodeName !== undefined && spec.hostNetwork !== true).length;
    });
    gauge('felix_nflog_buffer_overruns', 'Times that reported packets were lost before they were read', losses);
  }

  #read(): void {
    const policy = this.#parts.policy();
    if (policy === undefined) return;
    const chains = countingChains(policy);
    for (const [chain, labels] of this.#named) {
      if (chains.has(chain)) continue;
      this.#named.delete(chain);
      this.#packets.remove(labels);
      this.#bytes.remove(labels);
    }
    try {
      const increments = this.#increments.take(this.#parts.counters());
      for (const [chain, by] of chains) {
        const { packets, bytes } = increments.get(chain) ?? { packets: 0, bytes: 0 };
        if (by.kind === 'drop') this.#denied.inc({ reason: by.reason }, packets);
        else this.#count(this.#labelsOf(chain, by), packets, bytes);
      }
    } catch (error) {
      this.#parts.log.warn('cannot read the counters of policies', { error: errorText(error) });
    }
  }

  #count(labels: RuleLabels, packets: number, bytes: number): void {
    this.#packets.inc(labels, packets);
    this.#bytes.inc(labels, bytes);
  }

  #labelsOf(
    chain: string,
    { tier, policy, direction, rule, action }: Extract<CountedBy, { kind: 'rule' }>,
  ): RuleLabels {
    const known = this.#named.get(chain);
    if (known?.action === action && known.tier === tier) return known;
    if (known !== undefined) {
      this.#packets.remove(known);
      this.#bytes.remove(known);
    } else if (this.#named.size >= maxSeries) {
      return { tier: 'other', policy: 'other', direction, rule: 'other', action };
    }
    const labels = { tier, policy, direction, rule, action };
    this.#named.set(chain, labels);
    return labels;
  }
}
