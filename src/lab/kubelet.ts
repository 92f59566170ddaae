import type { Pod } from '../api/core.ts';
import { pods } from '../api/kinds.ts';
import { errorText } from '../base/errors.ts';
import { type CacheEvent, WatchCache } from '../datastore/watch-cache.ts';
import type { KubeletContext } from './kubelet-context.ts';
import { PodWorker } from './kubelet-pod.ts';
import { removeOrphanNamespaces } from './kubelet-sandbox.ts';
import { removeOrphanLogs } from './pod-logs.ts';
import { type PodRecord, readPodRecords } from './pod-record.ts';

/**
 * Runs the pods that are bound to this node until the context's signal: one {@link PodWorker} per pod (by UID). Picks up
 * at start what an earlier kubelet left, removes what nobody knows.
 */
export class Kubelet {
  readonly #context: KubeletContext;
  readonly #workers = new Map<string, PodWorker>();
  readonly #records: Map<string, PodRecord>;

  constructor(context: KubeletContext) {
    this.#context = context;
    const records = readPodRecords(context.podsDirectory);
    this.#records = new Map(records.map((one) => [one.uid, one]));
    const known = records.flatMap((one) => (one.sandbox === undefined ? [] : [one.sandbox.attachment.netns]));
    const orphans = removeOrphanNamespaces(new Set(known));
    removeOrphanLogs(context, records);
    if (orphans.length > 0) context.log.info('removed orphan network namespaces', { count: orphans.length });
  }

  /** Begins; resolves after the first complete look at the node's pods. */
  async start(): Promise<void> {
    const { cluster, log, node, signal } = this.#context;
    const cache = new WatchCache(cluster, pods, { fieldSelector: `spec.nodeName=${node}`, logger: log });
    cache.onChange((event) => this.#see(event));
    await cache.start(signal);
    this.#endForgotten();
  }

  /** The pod of this UID, while something of it is here. */
  worker(uid: string): PodWorker | undefined {
    return this.#workers.get(uid);
  }

  #see(event: CacheEvent<Pod>): void {
    const pod = event.object;
    const uid = pod.metadata.uid ?? '';
    const worker = this.#workers.get(uid);
    if (event.type === 'deleted') worker?.remove();
    else if (worker !== undefined) worker.update(pod);
    else this.#meet(uid, pod);
  }

  #meet(uid: string, pod: Pod): void {
    const record = this.#records.get(uid);
    this.#records.delete(uid);
    const over = pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed';
    // A finished pod of an earlier kubelet has nothing to run; it is met again when it is deleted.
    if (over && record === undefined && pod.metadata.deletionTimestamp === undefined) return;
    this.#work(uid, new PodWorker(this.#context, pod, record));
  }

  /** Pods that were deleted from the API while no kubelet ran: what is left of them here ends now. */
  #endForgotten(): void {
    for (const [uid, record] of this.#records) {
      this.#records.delete(uid);
      this.#work(uid, new PodWorker(this.#context, podOfRecord(record), record));
    }
  }

  #work(uid: string, worker: PodWorker): void {
    this.#workers.set(uid, worker);
    worker.finished
      .catch((error) => this.#context.log.error('pod worker failed', { uid, error: errorText(error) }))
      .finally(() => this.#workers.delete(uid));
  }
}

function podOfRecord(record: PodRecord): Pod {
  return {
    metadata: {
      name: record.name,
      namespace: record.namespace,
      uid: record.uid,
      deletionTimestamp: record.startTime,
      deletionGracePeriodSeconds: 0,
    },
    spec: {
      hostNetwork: record.sandbox === undefined,
      restartPolicy: 'Never',
      containers: Object.keys(record.containers).map((name) => ({ name })),
    },
  };
}
