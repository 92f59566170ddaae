import type { Registry } from 'prom-client';
import type { Pod } from '../api/core.ts';
import { pods } from '../api/kinds.ts';
import type { Clock } from '../base/clock.ts';
import type { Logger } from '../base/log.ts';
import type { Cluster } from '../datastore/cluster.ts';
import { type NodePolicy, PolicyFeed } from '../desired/policy-feed.ts';
import type { PolicySourceKind } from '../desired/policy-objects.ts';
import type { LocalEndpoint } from '../desired/snapshot.ts';
import { listAddresses } from '../host/addresses.ts';
import { listLinks } from '../host/links.ts';
import type { NetlinkSocket } from '../host/netlink-socket.ts';
import type { ChainCounters } from '../host/nft-counters.ts';
import type { Caches } from './caches.ts';
import type { PolicyCaches } from './policy-caches.ts';
import { PolicyFreshness } from './policy-freshness.ts';
import { PolicyMetrics } from './policy-metrics.ts';
import { PolicyReports } from './policy-reports.ts';

/** What policy is computed from and with. */
export interface PolicyParts {
  readonly nodeName: string;
  readonly cluster: Cluster;
  readonly caches: Caches;
  readonly nl: NetlinkSocket;
  readonly clock: Clock;
  readonly log: Logger;
  readonly registry: Registry;
  /** What the kernel has counted, by chain. */
  readonly counters: () => ReadonlyMap<string, ChainCounters>;
  /** Called on every change of the cluster that may concern policy. */
  readonly onChange: () => void;
}

/** Network policy of this node: what the cluster says, computed as it changes, and what is told of its work. */
export class Policy {
  readonly #parts: PolicyParts;
  readonly #feed: PolicyFeed;
  readonly #freshness: PolicyFreshness;
  readonly #reports: PolicyReports;
  readonly #metrics: PolicyMetrics;
  #interfacesKnown = false;
  #last: NodePolicy | undefined;

  /** Hears of everything from here on: made before the caches start. */
  constructor(parts: PolicyParts) {
    this.#parts = parts;
    this.#feed = new PolicyFeed(parts.nodeName);
    const { policy } = parts.caches;
    this.#freshness = new PolicyFreshness({ ...parts, caches: policy });
    this.#reports = new PolicyReports({ ...parts, policy: () => this.#last });
    this.#metrics = new PolicyMetrics({ ...parts, policy: () => this.#last, losses: () => this.#reports.losses });
    for (const kind of Object.keys(policy) as PolicySourceKind[]) this.#follow(kind, policy);
  }

  /** The last computed one. */
  get last(): NodePolicy | undefined {
    return this.#last;
  }

  /** Reports packets until the signal. */
  start(signal: AbortSignal): void {
    this.#reports.start(signal);
  }

  /** What of it is in force, what it has counted, and what it has denied: for `/debug/policy`. */
  describe(): unknown {
    return this.#reports.describe();
  }

  /** Reads a pod from the server; what the watch still says of it is old from here on. */
  async readPod(namespace: string, name: string): Promise<Pod | undefined> {
    const pod = await this.#parts.cluster.get(pods, name, namespace);
    if (pod !== undefined) this.#feed.podRead(pod);
    else this.#parts.log.warn('pod is not in the API: nothing may pass until it is', { namespace, pod: name });
    return pod;
  }

  /** @see PolicyFreshness.reach */
  policiesKnown(namespace: string): Promise<void> {
    return this.#freshness.reach(namespace);
  }

  /** Devices, those of pods included, have come, gone or changed their names. */
  devicesChanged(): void {
    this.#reports.devicesChanged();
  }

  /** Devices or addresses of the host have changed. */
  interfacesChanged(): void {
    if (!this.#interfacesKnown) return;
    this.#interfacesKnown = false;
    if (this.#feed.hasHostEndpoints) this.#parts.onChange();
  }

  /** What owners of policies should know, sorted. */
  warnings(): readonly string[] {
    return this.#last === undefined ? [] : this.#feed.warnings();
  }

  /**
   * What is to be enforced now; the same object as long as it stays the same. Only to be called when the caches are in
   * sync: what is not known yet would be forbidden.
   */
  compute(endpoints: readonly LocalEndpoint[]): NodePolicy {
    const { nodeName, caches, clock } = this.#parts;
    const started = clock.monotonicMs();
    if (!this.#interfacesKnown && this.#feed.hasHostEndpoints) {
      this.#feed.interfaces(hostInterfaces(this.#parts.nl));
      this.#interfacesKnown = true;
    }
    this.#feed.attached(endpoints);
    const labels = caches.nodes.get(nodeName)?.metadata.labels ?? {};
    const policy = this.#feed.compute(caches.felixConfigurations.items(), labels);
    if (policy !== this.#last) this.#metrics.computed(clock.monotonicMs() - started);
    this.#last = policy;
    return policy;
  }

  #follow<K extends PolicySourceKind>(kind: K, caches: PolicyCaches): void {
    caches[kind].onChange(({ type, object }) => {
      this.#feed.changed(kind, object, type === 'deleted');
      this.#parts.onChange();
    });
  }
}

function hostInterfaces(nl: NetlinkSocket): Parameters<PolicyFeed['interfaces']>[0] {
  const addresses = Map.groupBy(listAddresses(nl), ({ device }) => device);
  return listLinks(nl).map(({ name }) => ({ name, addresses: (addresses.get(name) ?? []).map(({ ip }) => ip) }));
}
