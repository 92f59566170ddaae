import * as kinds from '../api/kinds.ts';
import type { Kind, KubernetesObject } from '../api/meta.ts';
import type { Startable } from '../base/lifecycle.ts';
import type { Cluster } from '../datastore/cluster.ts';
import { createEventRecorder } from '../datastore/record-event.ts';
import { startBuiltInTiers } from './built-in-tiers.ts';
import { startDeployments } from './deployments.ts';
import { startEndpointSlices } from './endpoint-slices.ts';
import { FreshCache } from './fresh-cache.ts';
import { startHostEndpoints } from './host-endpoints.ts';
import { startIpamCollector } from './ipam-collector.ts';
import { startNodeLifecycle } from './node-lifecycle.ts';
import { startReplicaSets } from './replica-sets.ts';
import { startScheduler } from './scheduler.ts';
import { startServiceAccounts } from './service-accounts.ts';
import type {
  Controller,
  HostKinds,
  LabSurroundings,
  NetworkKinds,
  Surroundings,
  TierKinds,
  WorkloadKinds,
} from './shared.ts';
import { startTaintEviction } from './taint-eviction.ts';

/** Which controllers run and how. */
export interface ControllersOptions {
  /** How long an address must look leaked before it is released. */
  readonly leakGraceMs: number;
  /** Also what kube-controller-manager and kube-scheduler do elsewhere, as far as a lab needs it. */
  readonly lab: boolean;
}

/**
 * All controllers on one set of caches. `start` resolves when every cache is in sync. Each part writes nothing before its
 * own caches are; kinds of policy that cannot be read (an older role, a missing CRD) do not keep the others waiting.
 */
export class Controllers implements Startable {
  readonly #cluster: Cluster;
  readonly #options: ControllersOptions;
  readonly #surroundings: Surroundings;
  readonly #caches: { start(signal: AbortSignal): Promise<void>; stop(): Promise<void> }[] = [];
  #running: readonly Controller[] = [];

  constructor(cluster: Cluster, options: ControllersOptions, surroundings: Surroundings) {
    this.#cluster = cluster;
    this.#options = options;
    this.#surroundings = surroundings;
  }

  async start(signal: AbortSignal): Promise<void> {
    const network: NetworkKinds = {
      nodes: this.#cache(kinds.nodes),
      pods: this.#cache(kinds.pods),
      blocks: this.#cache(kinds.ipamBlocks),
      configurations: this.#cache(kinds.ipamConfigurations),
    };
    const workload = this.#options.lab ? this.#workloadKinds(network) : undefined;
    await Promise.all(this.#caches.map((cache) => cache.start(signal)));
    const { leakGraceMs } = this.#options;
    const collector = startIpamCollector(this.#cluster, network, { graceMs: leakGraceMs }, this.#surroundings);
    const { clock, logger } = this.#surroundings;
    const record = createEventRecorder(this.#cluster, clock, logger);
    const others = workload === undefined ? [] : startWorkloadControllers(workload, { ...this.#surroundings, record });
    this.#running = [collector, ...others];
    const policy: HostKinds & TierKinds = {
      nodes: network.nodes,
      hostEndpoints: this.#cache(kinds.hostEndpoints),
      controllersConfigurations: this.#cache(kinds.kubeControllersConfigurations),
      tiers: this.#cache(kinds.tiers),
    };
    await Promise.all(this.#caches.map((cache) => cache.start(signal)));
    const tiers = startBuiltInTiers(policy, this.#surroundings);
    const hostEndpoints = startHostEndpoints(policy, this.#surroundings);
    this.#running = [...this.#running, tiers, hostEndpoints];
  }

  async stop(): Promise<void> {
    await Promise.all(this.#running.map((controller) => controller.stop()));
    this.#running = [];
    await Promise.all(this.#caches.map((cache) => cache.stop()));
  }

  #workloadKinds(network: NetworkKinds): WorkloadKinds {
    return {
      nodes: network.nodes,
      pods: network.pods,
      namespaces: this.#cache(kinds.namespaces),
      serviceAccounts: this.#cache(kinds.serviceAccounts),
      services: this.#cache(kinds.services),
      endpoints: this.#cache(kinds.endpoints),
      endpointSlices: this.#cache(kinds.endpointSlices),
      deployments: this.#cache(kinds.deployments),
      replicaSets: this.#cache(kinds.replicaSets),
    };
  }

  #cache<T extends KubernetesObject>(kind: Kind<T>): FreshCache<T> {
    const cache = new FreshCache(this.#cluster, kind, this.#surroundings.logger);
    this.#caches.push(cache);
    return cache;
  }
}

function startWorkloadControllers(workload: WorkloadKinds, surroundings: LabSurroundings): readonly Controller[] {
  return [
    startNodeLifecycle(workload, surroundings),
    startTaintEviction(workload, surroundings),
    startServiceAccounts(workload, surroundings),
    startDeployments(workload, surroundings),
    startReplicaSets(workload, surroundings),
    startScheduler(workload, surroundings),
    startEndpointSlices(workload, surroundings),
  ];
}
