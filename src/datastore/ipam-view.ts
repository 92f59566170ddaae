import type { IPAMBlock, IPAMConfiguration, IPPool, IPReservation } from '../api/calico.ts';
import type { Namespace, Node } from '../api/core.ts';

/** What address management reads of the cluster, out of the caller's watch caches. May lag behind. */
export interface IpamView {
  pools(): readonly IPPool[];
  blocks(): readonly IPAMBlock[];
  /** This node. */
  node(): Node | undefined;
  namespace(name: string): Namespace | undefined;
  /** The object named `default`. */
  configuration(): IPAMConfiguration | undefined;
  reservations(): readonly IPReservation[];
}
