import type { Pod } from '../api/core.ts';
import type { Ip } from '../net/ip.ts';
import { podChange } from '../policy/policy-changes.ts';
import type { LocalWorkload, PolicyChange, PolicyEndpoint } from '../policy/policy-input.ts';
import type { LocalEndpoint } from './snapshot.ts';

/**
 * The pods of the cluster as policy sees them, with what only this node knows of its own.
 *
 * Races it survives: the watch is behind what was read for a pod that is just being added (older news is ignored); a pod
 * is deleted, or has finished, while its sandbox stands (its last labels go on); a pod's addresses are known here before
 * they are in the API.
 */
export class PodFeed {
  readonly #known = new Map<string, PolicyEndpoint>();
  /** Pods of this node by key: the addresses that their attachments have. */
  readonly #local = new Map<string, readonly Ip[]>();
  readonly #workloads = new Map<string, LocalWorkload>();
  /** No endpoint any more by the API, but still here. */
  readonly #gone = new Set<string>();
  /** Pods that were read: what the watch tells of an earlier version is old. */
  readonly #ahead = new Map<string, { readonly version: number; readonly uid: string | undefined }>();

  /** What a watch tells. */
  changed(pod: Pod, deleted: boolean): readonly PolicyChange[] {
    const key = keyOf(pod);
    const ahead = this.#ahead.get(key);
    const isItsEnd = deleted && pod.metadata.uid === ahead?.uid;
    if (ahead !== undefined && versionOf(pod) < ahead.version && !isItsEnd) return [];
    this.#ahead.delete(key);
    return this.#take(key, pod, deleted);
  }

  /** A pod as the server has it now. */
  read(pod: Pod): readonly PolicyChange[] {
    const key = keyOf(pod);
    this.#ahead.set(key, { version: versionOf(pod), uid: pod.metadata.uid });
    return this.#take(key, pod, false);
  }

  /** The attachments of this node, all of them. */
  attached(endpoints: readonly LocalEndpoint[]): readonly PolicyChange[] {
    const workloads = new Map(endpoints.map((endpoint) => [endpoint.device, workloadOf(endpoint)]));
    const addresses = Map.groupBy(
      endpoints.filter(({ namespace }) => namespace !== ''),
      ({ namespace, pod }) => `${namespace}/${pod}`,
    );
    const changes = this.#replaceWorkloads(workloads);
    for (const key of this.#local.keys()) {
      if (!addresses.has(key)) changes.push(...this.#left(key));
    }
    for (const [key, attached] of addresses) {
      const own = attached.flatMap((one) => one.addresses);
      const before = this.#local.get(key);
      if (before?.join() === own.join()) continue;
      this.#local.set(key, own);
      changes.push(...this.#endpoint(key));
    }
    return changes;
  }

  #take(key: string, pod: Pod, deleted: boolean): readonly PolicyChange[] {
    const [change] = podChange(pod, deleted);
    const endpoint = change?.kind === 'endpoint' ? change.value : undefined;
    if (endpoint !== undefined) {
      this.#gone.delete(key);
      this.#known.set(key, endpoint);
      return this.#endpoint(key);
    }
    if (!this.#known.has(key)) return [];
    if (this.#local.has(key)) {
      this.#gone.add(key);
      return [];
    }
    this.#known.delete(key);
    return [{ kind: 'endpoint', key, value: undefined }];
  }

  #left(key: string): readonly PolicyChange[] {
    this.#local.delete(key);
    this.#ahead.delete(key);
    if (this.#gone.delete(key)) this.#known.delete(key);
    return this.#endpoint(key);
  }

  #endpoint(key: string): readonly PolicyChange[] {
    const known = this.#known.get(key);
    const own = this.#local.get(key);
    if (known === undefined || own === undefined) return [{ kind: 'endpoint', key, value: known }];
    const addresses = [...new Set([...known.addresses, ...own])];
    return [{ kind: 'endpoint', key, value: { ...known, addresses } }];
  }

  #replaceWorkloads(workloads: ReadonlyMap<string, LocalWorkload>): PolicyChange[] {
    const changes: PolicyChange[] = [];
    for (const device of this.#workloads.keys()) {
      if (workloads.has(device)) continue;
      this.#workloads.delete(device);
      changes.push({ kind: 'local', key: device, value: undefined });
    }
    for (const [device, value] of workloads) {
      const before = this.#workloads.get(device);
      if (before?.endpoint === value.endpoint && before?.name === value.name) continue;
      this.#workloads.set(device, value);
      changes.push({ kind: 'local', key: device, value });
    }
    return changes;
  }
}

/** A container that is no pod of Kubernetes has no endpoint. */
function workloadOf({ device, namespace, pod }: LocalEndpoint): LocalWorkload {
  return namespace === ''
    ? { device, name: pod }
    : { device, endpoint: `${namespace}/${pod}`, name: `${namespace}/${pod}` };
}

function keyOf({ metadata }: Pod): string {
  return `${metadata.namespace ?? ''}/${metadata.name}`;
}

/** Versions of one kind grow. */
function versionOf({ metadata }: Pod): number {
  return Number(metadata.resourceVersion ?? 0);
}
