import type { BGPConfiguration, BGPFilter, BGPPeer } from '../api/calico-bgp.ts';
import type { EndpointSlice, Pod, Service } from '../api/core.ts';

/** API objects and options that only BGP depends on, as watched. */
export interface BgpInputs {
  readonly configurations: readonly BGPConfiguration[];
  readonly peers: readonly BGPPeer[];
  readonly filters: readonly BGPFilter[];
  readonly services: readonly Service[];
  readonly endpointSlices: readonly EndpointSlice[];
  /** Pods of this node (for sessions with local workloads). */
  readonly pods: readonly Pod[];
  /** `SECRET/KEY` -> resourceVersion of the Secret, for keys that exist. */
  readonly passwords: ReadonlyMap<string, string>;
  /** CALICO_ROUTER_ID: `hash` (from the node's name) or an IPv4 address; absent = the node's IPv4 address. */
  readonly routerId?: string;
}
