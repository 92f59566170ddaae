import type { BGPConfiguration, BGPPeer } from '../api/calico-bgp.ts';
import type { Secret } from '../api/core.ts';
import type { LabRouter } from './lab-router.ts';
import { reflectorLabel, segmentLabel } from './node-labels.ts';
import type { Topology } from './topology.ts';

const apiVersion = 'projectcalico.org/v3';
const passwordKey = 'password';

/** Where the node agent reads Secrets. */
const agentNamespace = 'kube-system';

/** The BGP settings of a lab's cluster. */
export function bgpConfigurationOf({ asNumber, mesh }: Topology): BGPConfiguration {
  return {
    apiVersion,
    kind: 'BGPConfiguration',
    metadata: { name: 'default' },
    spec: { logSeverityScreen: 'Info', asNumber, nodeToNodeMeshEnabled: mesh },
  };
}

/** A Secret per router with a password. */
export function routerSecrets({ routers }: Topology): readonly Secret[] {
  return routers.flatMap(({ name, password }) => {
    if (password === undefined) return [];
    return {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: secretName(name), namespace: agentNamespace },
      data: { [passwordKey]: Buffer.from(password).toString('base64') },
    };
  });
}

/**
 * The nodes' side of every session: with the reflectors among them, and with the routers. One object is enough for all
 * nodes of a segment.
 */
export function bgpPeersOf(topology: Topology): readonly BGPPeer[] {
  const reflected = topology.nodes.some((node) => node.reflectorClusterId !== undefined);
  return [
    ...(reflected ? [reflectorPeer] : []),
    ...topology.routers.flatMap((router) => routerPeers(router, topology)),
  ];
}

const reflectorPeer: BGPPeer = {
  apiVersion,
  kind: 'BGPPeer',
  metadata: { name: 'reflectors' },
  spec: { nodeSelector: 'all()', peerSelector: `has(${reflectorLabel})` },
};

function routerPeers(router: LabRouter, topology: Topology): readonly BGPPeer[] {
  const toNodes = router.neighbors.filter((one) => one.kind === 'node');
  const peer = (name: string, where: BGPPeer['spec'], source: string): BGPPeer => ({
    apiVersion,
    kind: 'BGPPeer',
    metadata: { name },
    spec: { ...where, peerIP: source, asNumber: router.asNumber, ...sessionOptions(router, topology) },
  });
  const suffix = (source: string) => (source.includes(':') ? '-ipv6' : '');
  switch (router.peering) {
    case 'none':
      return [];
    case 'nodes':
      return toNodes.map(({ name, source }) => peer(`${router.name}-${name}${suffix(source)}`, { node: name }, source));
    case 'segments':
      return router.legs.flatMap((leg) => {
        const sources = new Set(toNodes.map((one) => one.source));
        const addresses = [leg.address, leg.address6].filter((one) => one !== undefined && sources.has(one));
        return addresses.flatMap((address) => {
          if (address === undefined) return [];
          const name = `${router.name}-${leg.segment}${suffix(address)}`;
          return peer(name, { nodeSelector: `${segmentLabel} == '${leg.segment}'` }, address);
        });
      });
  }
}

function sessionOptions(router: LabRouter, { asNumber, mesh, nodes }: Topology): BGPPeer['spec'] {
  const { bfd, password } = router;
  const external = nodes.some((node) => (node.asNumber ?? asNumber) !== router.asNumber);
  return {
    // In a mesh every node tells a router of another AS about the blocks of all: each by its own node's address.
    ...(external && mesh ? { nextHopMode: 'Keep' as const } : {}),
    // Nodes of one AS hear of each other by a router of another one: their own AS is in the path then.
    ...(external && !mesh ? { numAllowedLocalASNumbers: 1 } : {}),
    ...(password === undefined
      ? {}
      : { password: { secretKeyRef: { name: secretName(router.name), key: passwordKey } } }),
    ...(bfd ? { failureDetectionMode: 'BFDIfDirectlyConnected' as const } : {}),
  };
}

function secretName(router: string): string {
  return `bgp-${router}`;
}
