import type { KubernetesObject } from '../../api/meta.ts';
import type { ListOptions, ObjectList, PatchType, WatchEvent } from '../../datastore/cluster.ts';

/** How something is written. */
export interface WriteOptions {
  /** The server says what it would do, and does not. */
  readonly dryRun?: boolean;
}

/**
 * The resources of one kind as the verbs see them: served by the API, or a view of objects of another kind as calicoctl
 * has it (Node, WorkloadEndpoint, Profile). Errors are those of `Cluster`.
 */
export interface ResourceAccess {
  list(options?: ListOptions): Promise<ObjectList<KubernetesObject>>;
  /** `undefined` when there is none. */
  get(name: string, namespace?: string): Promise<KubernetesObject | undefined>;
  create(object: KubernetesObject, options?: WriteOptions): Promise<KubernetesObject>;
  /** With `metadata.resourceVersion` a compare-and-swap. */
  update(object: KubernetesObject, options?: WriteOptions): Promise<KubernetesObject>;
  patch(target: Target, type: PatchType, body: unknown, options?: WriteOptions): Promise<KubernetesObject>;
  /** `undefined` when it was gone already. */
  remove(target: Target, options?: WriteOptions): Promise<KubernetesObject | undefined>;
  watch(resourceVersion: string, options?: ListOptions): AsyncIterable<WatchEvent<KubernetesObject>>;
}

/** Names an object of a kind. */
export interface Target {
  readonly name: string;
  readonly namespace?: string | undefined;
}
