import type { Ip } from '../net/ip.ts';
import { modeSettings } from './modes.ts';
import type { LabNode, Topology } from './topology.ts';

/** One end of a BGP session that a lab's nodes are to have. */
export interface ExpectedSession {
  readonly node: string;
  readonly peer: Ip;
  /** Node or router. */
  readonly peerName: string;
}

/** Every session of every node that follows from a topology: mesh, reflectors, routers. */
export function expectedSessions(topology: Topology): readonly ExpectedSession[] {
  if (modeSettings(topology).backend !== 'bird') return [];
  const { nodes, routers } = topology;
  const among = nodes.flatMap((node) =>
    nodes.flatMap((other) => (isPair(topology, node, other) ? [[node, other] as const] : [])),
  );
  return [
    ...among.flatMap(([node, other]) =>
      addressesOf(other).map((peer) => ({ node: node.name, peer, peerName: other.name })),
    ),
    ...routers.flatMap(({ name, neighbors, peering }) =>
      neighbors
        .filter(({ kind }) => kind === 'node' && peering !== 'none')
        .map((one) => ({ node: one.name, peer: one.source, peerName: name })),
    ),
  ];
}

/** Reflectors are in no mesh; every node has a session with each of them, also they among each other. */
function isPair({ mesh }: Topology, node: LabNode, other: LabNode): boolean {
  if (node.name === other.name) return false;
  const reflectors = [node, other].filter((one) => one.reflectorClusterId !== undefined).length;
  return reflectors > 0 || mesh;
}

function addressesOf(node: LabNode): readonly Ip[] {
  return node.address6 === undefined ? [node.address] : [node.address, node.address6];
}
