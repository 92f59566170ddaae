import type { FelixConfiguration, IPAMBlock, IPAMConfiguration, IPPool, IPReservation } from '../api/calico.ts';
import type { BGPConfiguration, BGPFilter, BGPPeer } from '../api/calico-bgp.ts';
import type { EndpointSlice, Namespace, Node, Pod, Service } from '../api/core.ts';
import {
  bgpConfigurations,
  bgpFilters,
  bgpPeers,
  endpointSlices,
  felixConfigurations,
  ipamBlocks,
  ipamConfigurations,
  ipPools,
  ipReservations,
  namespaces,
  nodes,
  pods,
  services,
} from '../api/kinds.ts';
import type { Kind, KubernetesObject } from '../api/meta.ts';
import type { Logger } from '../base/log.ts';
import type { Cluster } from '../datastore/cluster.ts';
import type { IpamView } from '../datastore/ipam-view.ts';
import { WatchCache, type WatchCacheOptions } from '../datastore/watch-cache.ts';
import type { AgentOptions } from './options.ts';
import { makePolicyCaches, type PolicyCaches } from './policy-caches.ts';
import { trimEndpointSlice, trimPods } from './trim-object.ts';

/** What only a node with BGP reads. */
export interface BgpCaches {
  readonly configurations: WatchCache<BGPConfiguration>;
  readonly peers: WatchCache<BGPPeer>;
  readonly filters: WatchCache<BGPFilter>;
  readonly services: WatchCache<Service>;
  readonly endpointSlices: WatchCache<EndpointSlice>;
}

/** Everything of the cluster that this node reads, kept up to date by watches. */
export class Caches {
  readonly nodes: WatchCache<Node>;
  readonly pools: WatchCache<IPPool>;
  readonly blocks: WatchCache<IPAMBlock>;
  readonly ipamConfigurations: WatchCache<IPAMConfiguration>;
  readonly reservations: WatchCache<IPReservation>;
  readonly felixConfigurations: WatchCache<FelixConfiguration>;
  readonly namespaces: WatchCache<Namespace>;
  /** Of the whole cluster, trimmed. */
  readonly pods: WatchCache<Pod>;
  /** What policy is computed from; pods and namespaces among it. */
  readonly policy: PolicyCaches;
  /** With backend `bird`. */
  readonly bgp: BgpCaches | undefined;
  readonly #all: { readonly name: string; readonly cache: WatchCache<KubernetesObject> }[] = [];

  constructor(cluster: Cluster, { nodeName, backend }: Pick<AgentOptions, 'nodeName' | 'backend'>, log: Logger) {
    const watch = <T extends KubernetesObject>(kind: Kind<T>, options: WatchCacheOptions<T> = {}): WatchCache<T> => {
      const cache = new WatchCache(cluster, kind, { ...options, logger: log });
      this.#all.push({ name: kind.plural, cache: cache as unknown as WatchCache<KubernetesObject> });
      return cache;
    };
    this.nodes = watch(nodes);
    this.pools = watch(ipPools);
    this.blocks = watch(ipamBlocks);
    this.ipamConfigurations = watch(ipamConfigurations);
    this.reservations = watch(ipReservations);
    this.felixConfigurations = watch(felixConfigurations);
    this.namespaces = watch(namespaces);
    this.pods = watch(pods, { trim: trimPods(nodeName) });
    this.policy = makePolicyCaches(
      {
        pods: this.pods,
        namespaces: this.namespaces,
        endpointSlices: watch(endpointSlices, { trim: trimEndpointSlice }),
      },
      watch,
    );
    this.bgp =
      backend !== 'bird'
        ? undefined
        : {
            configurations: watch(bgpConfigurations),
            peers: watch(bgpPeers),
            filters: watch(bgpFilters),
            services: watch(services),
            endpointSlices: this.policy.endpointSlices,
          };
  }

  /** Resolves when every kind has been listed once. */
  async start(signal: AbortSignal): Promise<void> {
    await Promise.all(this.#all.map(({ cache }) => cache.start(signal)));
  }

  async stop(): Promise<void> {
    await Promise.all(this.#all.map(({ cache }) => cache.stop()));
  }

  /** Why something is missing or may be out of date; `undefined` when all is in sync. */
  problem(): string | undefined {
    const unsynced = this.#all.filter(({ cache }) => !cache.hasSynced);
    const trouble = this.#all.find(({ cache }) => cache.problem !== undefined);
    const reason = trouble === undefined ? undefined : `${trouble.name}: ${trouble.cache.problem}`;
    if (unsynced.length === 0) return reason === undefined ? undefined : `cannot watch ${reason}`;
    const missing = `${unsynced.map(({ name }) => name).join(', ')} not in sync`;
    return reason === undefined ? missing : `${missing}; cannot watch ${reason}`;
  }

  get hasSynced(): boolean {
    return this.#all.every(({ cache }) => cache.hasSynced);
  }

  /** Calls back on every change of what the node's state is computed from, BGP aside (see {@link BgpInputsReader}). */
  onChange(listener: () => void): void {
    for (const cache of [this.nodes, this.pools, this.blocks, this.felixConfigurations]) cache.onChange(listener);
  }

  /** What address management reads. */
  ipamView(nodeName: string): IpamView {
    return {
      pools: () => this.pools.items(),
      blocks: () => this.blocks.items(),
      node: () => this.nodes.get(nodeName),
      namespace: (name) => this.namespaces.get(name),
      configuration: () => this.ipamConfigurations.get('default'),
      reservations: () => this.reservations.items(),
    };
  }
}
