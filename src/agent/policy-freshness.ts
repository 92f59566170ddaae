import { CniError, cniErrorCode } from '../api/cni-error.ts';
import {
  adminNetworkPolicies,
  baselineAdminNetworkPolicies,
  clusterNetworkPolicies,
  globalNetworkPolicies,
  kubernetesPolicies,
  namespaces,
  networkPolicies,
  tiers,
} from '../api/kinds.ts';
import type { Kind, KubernetesObject } from '../api/meta.ts';
import type { Clock } from '../base/clock.ts';
import { hasCode } from '../base/errors.ts';
import type { Cluster, ListOptions } from '../datastore/cluster.ts';
import type { WatchCache } from '../datastore/watch-cache.ts';
import type { PolicyCaches } from './policy-caches.ts';
import { SharedRead } from './shared-read.ts';

/** So long a watch may be behind what the server says. */
const patienceMs = 2000;

/** What is known of the policies, and where it can be checked. */
export interface FreshnessParts {
  readonly cluster: Cluster;
  readonly caches: PolicyCaches;
  readonly clock: Clock;
}

/**
 * Makes sure that no policy is overlooked that was there before a pod. Watches deliver late at times and say nothing
 * when they do; so the server is asked for the policies that can be for the pod (those of its namespace, and those of
 * the whole cluster), and the watches must have told of every one of them, as it is now, before the pod is connected.
 *
 * Holds for any policy that the API server had accepted when the pod was to be networked: stronger than what Kubernetes
 * promises, which is that a policy is enforced some time later. Service accounts and network sets are taken as the
 * watches have them.
 */
export class PolicyFreshness {
  readonly #parts: FreshnessParts;
  /** Many pods at once ask once. */
  readonly #clusterWide: SharedRead<readonly Known[]>;

  constructor(parts: FreshnessParts) {
    this.#parts = parts;
    const { caches } = parts;
    this.#clusterWide = new SharedRead(() =>
      Promise.all([
        this.#list(tiers, caches.tiers),
        this.#list(globalNetworkPolicies, caches.globalNetworkPolicies),
        this.#list(clusterNetworkPolicies, caches.clusterNetworkPolicies),
        this.#list(adminNetworkPolicies, caches.adminNetworkPolicies),
        this.#list(baselineAdminNetworkPolicies, caches.baselineAdminNetworkPolicies),
      ]),
    );
  }

  /**
   * Resolves when everything that the server has now has been heard of.
   *
   * @throws CniError 11 when the watches do not get there in time; WeftError API_* when the server does not answer
   */
  async reach(namespace: string): Promise<void> {
    const { cluster, caches } = this.#parts;
    const [wide, object, ...own] = await Promise.all([
      this.#clusterWide.read(),
      cluster.get(namespaces, namespace),
      this.#list(networkPolicies, caches.networkPolicies, { namespace }),
      this.#list(kubernetesPolicies, caches.kubernetesPolicies, { namespace }),
    ]);
    const itself = { cache: caches.namespaces as AnyCache, objects: object === undefined ? [] : [object] };
    await Promise.all([...wide, itself, ...own].map((known) => this.#heard(known)));
  }

  async #list<T extends KubernetesObject>(kind: Kind<T>, cache: WatchCache<T>, options?: ListOptions): Promise<Known> {
    try {
      const { items } = await this.#parts.cluster.list(kind, options);
      return { cache: cache as unknown as AnyCache, objects: items.map(({ metadata }) => ({ metadata })) };
    } catch (error) {
      // A kind that is not served has no objects.
      if (hasCode(error, 'API_NOT_FOUND')) return { cache: cache as unknown as AnyCache, objects: [] };
      throw error;
    }
  }

  async #heard({ cache, objects }: Known): Promise<void> {
    let missing = objects.filter((object) => !isHeard(cache, object));
    if (missing.length === 0) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    const stop = cache.onChange(() => {
      missing = missing.filter((object) => !isHeard(cache, object));
      if (missing.length === 0) resolve();
    });
    const giveUp = new AbortController();
    try {
      await Promise.race([promise, this.#parts.clock.sleep(patienceMs, giveUp.signal)]);
    } finally {
      stop();
      giveUp.abort();
    }
    const [first] = missing;
    if (first === undefined) return;
    const { namespace, name } = first.metadata;
    const title = namespace === undefined ? name : `${namespace}/${name}`;
    throw new CniError(
      cniErrorCode.tryAgainLater,
      `Cannot network the pod yet: the watch has not told of "${title}" for ${patienceMs / 1000} s`,
      'Try again later',
    );
  }
}

type AnyCache = Pick<WatchCache<KubernetesObject>, 'get' | 'onChange'>;

interface Known {
  readonly cache: AnyCache;
  readonly objects: readonly KubernetesObject[];
}

/** Versions of one kind grow. */
function isHeard(cache: AnyCache, { metadata }: KubernetesObject): boolean {
  const heard = cache.get(metadata.name, metadata.namespace)?.metadata.resourceVersion;
  return heard !== undefined && Number(heard) >= Number(metadata.resourceVersion);
}
