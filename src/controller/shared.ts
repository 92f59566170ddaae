import type { IPAMBlock, IPAMConfiguration } from '../api/calico.ts';
import type { KubeControllersConfiguration } from '../api/calico-config.ts';
import type { HostEndpoint } from '../api/calico-endpoints.ts';
import type { Tier } from '../api/calico-policy.ts';
import type {
  Deployment,
  EndpointSlice,
  Endpoints,
  Namespace,
  Node,
  Pod,
  ReplicaSet,
  Service,
  ServiceAccount,
} from '../api/core.ts';
import type { Clock } from '../base/clock.ts';
import type { Logger } from '../base/log.ts';
import type { RecordEvent } from '../datastore/record-event.ts';
import type { FreshCache } from './fresh-cache.ts';

/** What every controller is made with. */
export interface Surroundings {
  readonly clock: Clock;
  /** In [0, 1). */
  readonly random: () => number;
  readonly logger: Logger;
}

/** What the controllers of a lab are made with besides. */
export interface LabSurroundings extends Surroundings {
  readonly record: RecordEvent;
}

/** The kinds that address collection reads. */
export interface NetworkKinds {
  readonly nodes: FreshCache<Node>;
  readonly pods: FreshCache<Pod>;
  readonly blocks: FreshCache<IPAMBlock>;
  readonly configurations: FreshCache<IPAMConfiguration>;
}

/** The kinds that automatic host endpoints come from. */
export interface HostKinds {
  readonly nodes: FreshCache<Node>;
  readonly hostEndpoints: FreshCache<HostEndpoint>;
  readonly controllersConfigurations: FreshCache<KubeControllersConfiguration>;
}

/** The kinds that the tiers of every cluster are made of. */
export interface TierKinds {
  readonly tiers: Pick<FreshCache<Tier>, 'get' | 'create' | 'onChange'>;
}

/** The kinds that the lab's controllers read and write. */
export interface WorkloadKinds {
  readonly nodes: FreshCache<Node>;
  readonly pods: FreshCache<Pod>;
  readonly namespaces: FreshCache<Namespace>;
  readonly serviceAccounts: FreshCache<ServiceAccount>;
  readonly services: FreshCache<Service>;
  readonly endpoints: FreshCache<Endpoints>;
  readonly endpointSlices: FreshCache<EndpointSlice>;
  readonly deployments: FreshCache<Deployment>;
  readonly replicaSets: FreshCache<ReplicaSet>;
}

/** A controller at work. */
export interface Controller {
  stop(): Promise<void>;
}
