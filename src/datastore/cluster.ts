import type { Kind, KubernetesObject } from '../api/meta.ts';

/** A list or watch is narrowed by these. Selectors are Kubernetes' label and field selector texts. */
export interface ListOptions {
  readonly namespace?: string | undefined;
  readonly labelSelector?: string | undefined;
  readonly fieldSelector?: string | undefined;
  /** Of a watch: the form of the objects, see {@link tableAccept}; plain JSON when absent. */
  readonly accept?: string;
  readonly signal?: AbortSignal | undefined;
}

/** Asks for a meta.k8s.io/v1 Table: the columns people know, made by the server. Plain JSON from servers without. */
export const tableAccept = 'application/json;as=Table;v=v1;g=meta.k8s.io,application/json';

/** One page-free list and the version a watch can start from. */
export interface ObjectList<T> {
  readonly items: readonly T[];
  readonly resourceVersion: string;
}

/** What a watch yields. `BOOKMARK` objects carry only a resourceVersion. */
export interface WatchEvent<T> {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK';
  readonly object: T;
}

/** How an object is deleted. */
export interface DeleteOptions {
  /** Only the object with this one. */
  readonly uid?: string | undefined;
  /** Only the object as it was at this version: another one is a conflict. */
  readonly resourceVersion?: string | undefined;
  readonly propagation?: 'Background' | 'Foreground' | 'Orphan';
  /** Pods: 0 = remove at once (what a kubelet says when nothing of the pod is left). */
  readonly gracePeriodSeconds?: number;
  /** The server says what it would do, and does not. */
  readonly dryRun?: boolean | undefined;
}

/** Which of the standard patch formats a body is. `apply` is server-side apply. */
export type PatchType = 'merge' | 'json' | 'strategic' | 'apply';

/**
 * The cluster as the rest of the project sees it: typed verbs on the Kubernetes API. The real implementation is
 * `HttpCluster` (http-cluster.ts); tests use the embedded API server, never a mock of this.
 *
 * Errors are {@link WeftError} with codes `API_NOT_FOUND` (404), `API_CONFLICT` (409, a lost compare-and-swap),
 * `API_ALREADY_EXISTS` (409), `API_INVALID` (422), `API_EXPIRED` (410), `API_UNAUTHORIZED`, `API_FORBIDDEN`,
 * `API_UNREACHABLE` (no answer at all: refused, reset, timed out), `API_ERROR` (the rest); the message is the server's.
 */
export interface Cluster {
  /** `undefined` when there is no such object. */
  get<T extends KubernetesObject>(kind: Kind<T>, name: string, namespace?: string): Promise<T | undefined>;
  list<T extends KubernetesObject>(kind: Kind<T>, options?: ListOptions): Promise<ObjectList<T>>;
  create<T extends KubernetesObject>(kind: Kind<T>, object: T): Promise<T>;
  /** PUT. With `metadata.resourceVersion` set it is a compare-and-swap; a lost one throws `API_CONFLICT`. */
  update<T extends KubernetesObject>(kind: Kind<T>, object: T): Promise<T>;
  updateStatus<T extends KubernetesObject>(kind: Kind<T>, object: T): Promise<T>;
  patch<T extends KubernetesObject>(
    kind: Kind<T>,
    name: string,
    namespace: string | undefined,
    type: PatchType,
    body: unknown,
    options?: { readonly subresource?: 'status'; readonly fieldManager?: string; readonly force?: boolean },
  ): Promise<T>;
  /** `undefined` when it was gone already. */
  delete<T extends KubernetesObject>(
    kind: Kind<T>,
    name: string,
    namespace?: string,
    options?: DeleteOptions,
  ): Promise<T | undefined>;
  /** Ends without error when the server closes the stream; throws `API_EXPIRED` on 410. */
  watch<T extends KubernetesObject>(
    kind: Kind<T>,
    resourceVersion: string,
    options?: ListOptions,
  ): AsyncIterable<WatchEvent<T>>;
  /**
   * Gives up the connections there are: for a machine whose address has changed, so that nothing comes back on them and
   * nobody says so. What is under way on one is asked again or throws `API_UNREACHABLE`.
   */
  reconnect(): void;
}
