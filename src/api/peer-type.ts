import type { PeerStatus } from './calico-config.ts';

/** What a BGP session is for, as CalicoNodeStatus calls it. */
export type PeerType = NonNullable<PeerStatus['type']>;

/** The same as `node status` says it. */
export const peerTypeWords: Readonly<Record<PeerType, string>> = {
  NodeMesh: 'node-to-node mesh',
  NodePeer: 'node specific',
  GlobalPeer: 'global',
  LocalWorkload: 'local workload',
};

const prefixes: Readonly<Record<string, PeerType>> = {
  Mesh: 'NodeMesh',
  Node: 'NodePeer',
  Global: 'GlobalPeer',
  Local_Workload: 'LocalWorkload',
};

/** Reads it from BIRD's name of the session, `Mesh_10_0_0_2`; `undefined` for protocols that are no session of ours. */
export function peerTypeOf(session: string): PeerType | undefined {
  return prefixes[/^(Mesh|Node|Global|Local_Workload)_/.exec(session)?.[1] ?? ''];
}
