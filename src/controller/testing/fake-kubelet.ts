import type { Node, Pod } from '../../api/core.ts';
import { nodes, pods } from '../../api/kinds.ts';
import { hasCode } from '../../base/errors.ts';
import type { Cluster } from '../../datastore/cluster.ts';
import { WatchCache } from '../../datastore/watch-cache.ts';

/** Plays the kubelets of all nodes: a bound pod is running and ready at once, with an address of its own. */
export class FakeKubelet {
  readonly #cluster: Cluster;
  readonly #pods: WatchCache<Pod>;
  readonly #work = new Set<Promise<void>>();
  #next = 1;
  /** Pods whose names match do not become ready. */
  broken: RegExp | undefined;

  constructor(cluster: Cluster) {
    this.#cluster = cluster;
    this.#pods = new WatchCache(cluster, pods);
    this.#pods.onChange(({ type, object }) => {
      if (type === 'deleted' || !object.spec.nodeName || object.status?.podIP !== undefined) return;
      const work = this.#start(object).finally(() => this.#work.delete(work));
      this.#work.add(work);
    });
  }

  start(signal: AbortSignal): Promise<void> {
    return this.#pods.start(signal);
  }

  async stop(): Promise<void> {
    await this.#pods.stop();
    await Promise.all(this.#work);
  }

  /** A node that is ready, or not. */
  async addNode(name: string, spec: Node['spec'] = {}): Promise<void> {
    await this.#cluster.create(nodes, { metadata: { name }, spec });
    const now = new Date().toISOString();
    const ready = { type: 'Ready', status: 'True', lastHeartbeatTime: now, lastTransitionTime: now };
    await this.#cluster.patch(
      nodes,
      name,
      undefined,
      'merge',
      { status: { conditions: [ready] } },
      { subresource: 'status' },
    );
  }

  async #start(pod: Pod): Promise<void> {
    const ready = this.broken?.test(pod.spec.containers[0]?.image ?? '') === true ? 'False' : 'True';
    const ip = `10.24.0.${this.#next++}`;
    const lastTransitionTime = new Date().toISOString();
    const conditions = [{ type: 'Ready', status: ready, lastTransitionTime }];
    const status = { phase: 'Running', podIP: ip, podIPs: [{ ip }], conditions };
    const { name, namespace } = pod.metadata;
    try {
      await this.#cluster.patch(pods, name, namespace, 'merge', { status }, { subresource: 'status' });
    } catch (error) {
      if (!hasCode(error, 'API_NOT_FOUND')) throw error;
    }
  }
}
