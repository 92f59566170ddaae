import type { CniRequest, CniResponse } from '../api/cni-exchange.ts';
import { nodes as nodeKind, pods as podKind } from '../api/kinds.ts';
import type { Clock } from '../base/clock.ts';
import { WeftError } from '../base/errors.ts';
import type { Logger } from '../base/log.ts';
import type { Cluster } from '../datastore/cluster.ts';
import type { IpamAllocator } from '../datastore/ipam-allocator.ts';
import type { Caches } from './caches.ts';
import { CniCommands } from './cni-commands.ts';
import type { Dataplane } from './dataplane.ts';
import type { Endpoints } from './endpoints.ts';
import type { Metrics } from './metrics.ts';
import type { AgentOptions } from './options.ts';
import { ownHandles } from './own-handles.ts';
import type { Policy } from './policy.ts';
import type { Readiness } from './readiness.ts';
import type { ReleaseQueue } from './release-queue.ts';
import type { StateComputation } from './state-computation.ts';

/** What serving the plugin takes. */
export interface CniDoorParts {
  readonly options: AgentOptions;
  readonly cluster: Cluster;
  readonly clock: Clock;
  readonly log: Logger;
  readonly readiness: Readiness;
  readonly metrics: Metrics;
  readonly caches: Caches;
  readonly ipam: IpamAllocator;
  readonly endpoints: Endpoints;
  readonly releases: ReleaseQueue;
  readonly policy: Policy;
  readonly computation: StateComputation;
  readonly dataplane: Dataplane;
}

/** Reasons that keep a new pod from being networked; other degraded parts do not concern it. */
const blocking = ['watches', 'node', 'compute', 'dataplane', 'dataplane pass', 'resource nft', 'resource sysctl'];

/** Serves the CNI plugin: carries out what it asks for, with what the agent knows and keeps. */
export class CniDoor {
  readonly #parts: CniDoorParts;
  readonly #commands: CniCommands;

  constructor(parts: CniDoorParts) {
    this.#parts = parts;
    const { options, cluster, readiness, caches, policy, computation } = parts;
    this.#commands = new CniCommands({
      ...parts,
      nodeName: options.nodeName,
      obstacle: () => this.#obstacle(),
      impaired: () => [...readiness.reasons().keys()].some((part) => part.startsWith('resource ')),
      pod: async (namespace, name) => caches.pods.get(name, namespace) ?? (await cluster.get(podKind, name, namespace)),
      readPod: (namespace, name) => policy.readPod(namespace, name),
      policiesKnown: (namespace) => policy.policiesKnown(namespace),
      namespace: (name) => caches.namespaces.get(name),
      pools: () => caches.pools.items(),
      ownHandles: () => ownHandles(caches.blocks.items(), options.nodeName),
      podMtuBytes: () => computation.state?.podMtuBytes ?? 1500,
      filterFollows: () => this.#filterFollows(),
    });
  }

  /** @throws CniError, WeftError */
  async serve(request: CniRequest): Promise<CniResponse> {
    const { clock, metrics, log, ipam } = this.#parts;
    const started = clock.monotonicMs();
    let ok = false;
    try {
      const response = await this.#commands.handle(request);
      ok = response.ok;
      return response;
    } finally {
      const ms = Math.round(clock.monotonicMs() - started);
      metrics.cni(request.command, ok, ms);
      const { K8S_POD_NAMESPACE: namespace, K8S_POD_NAME: pod } = request.args;
      if (ok && request.command !== 'STATUS' && request.command !== 'CHECK') {
        const { command, containerId } = request;
        log.info('cni request served', { command, namespace, pod, containerId, ms });
      }
      if (ok && request.command === 'ADD') void ipam.claimBlockAhead().catch(() => {});
    }
  }

  async #filterFollows(): Promise<void> {
    const { computation, readiness, dataplane } = this.#parts;
    await computation.request();
    // What is in force is then what was computed last, without the newest pods.
    const problem = readiness.reasons().get('compute');
    if (problem !== undefined) throw new WeftError('AGENT_COMPUTE', problem);
    await dataplane.ensure(['nft'], () => true);
  }

  async #obstacle(): Promise<string | undefined> {
    const { readiness, caches, cluster, options } = this.#parts;
    const reasons = readiness.reasons();
    const part = blocking.find((name) => reasons.has(name));
    if (part !== undefined) return reasons.get(part);
    const problem = caches.problem();
    if (problem === undefined) return undefined;
    // A watch that is being resumed says nothing until its first event: the server itself knows better.
    try {
      await cluster.get(nodeKind, options.nodeName);
      return undefined;
    } catch {
      return problem;
    }
  }
}
