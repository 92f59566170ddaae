import type { IPPool } from '../api/calico.ts';
import type { Namespace, Pod } from '../api/core.ts';
import type { Clock } from '../base/clock.ts';
import type { Logger } from '../base/log.ts';
import type { Cluster } from '../datastore/cluster.ts';
import type { IpamAllocator } from '../datastore/ipam-allocator.ts';
import type { Endpoints } from './endpoints.ts';
import type { ReleaseQueue } from './release-queue.ts';

/** What the CNI commands work with. */
export interface CniContext {
  readonly nodeName: string;
  readonly clock: Clock;
  readonly log: Logger;
  readonly cluster: Cluster;
  readonly ipam: IpamAllocator;
  readonly endpoints: Endpoints;
  readonly releases: ReleaseQueue;
  /** Why no pod can be networked now: the real reason. `undefined` when one can. */
  readonly obstacle: () => Promise<string | undefined>;
  /** Same for pods that exist already. */
  readonly impaired: () => boolean;
  /** From the watch, or read when it has not come by yet; `undefined` when there is no such pod. */
  readonly pod: (namespace: string, name: string) => Promise<Pod | undefined>;
  /** As the server has it now; from here on policy knows it by these labels, whatever the watch still says. */
  readonly readPod: (namespace: string, name: string) => Promise<Pod | undefined>;
  /** Resolves when every policy that is there now for pods of the namespace is known. */
  readonly policiesKnown: (namespace: string) => Promise<void>;
  readonly namespace: (name: string) => Namespace | undefined;
  readonly pools: () => readonly IPPool[];
  /** Handles that this node holds by what is known: for GC. */
  readonly ownHandles: () => readonly string[];
  readonly podMtuBytes: () => number;
  /**
   * The endpoints have changed: computes anew and resolves when the packet filter knows those that are there and has
   * forgotten the others. Throws when the filter could not be brought there.
   */
  readonly filterFollows: () => Promise<void>;
}
