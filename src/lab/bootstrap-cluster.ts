import { randomUUID } from 'node:crypto';
import type { IPPool } from '../api/calico.ts';
import {
  bgpConfigurations,
  bgpPeers,
  clusterInformations,
  felixConfigurations,
  ipPools,
  secrets,
} from '../api/kinds.ts';
import type { Kind, KubernetesObject } from '../api/meta.ts';
import { hasCode } from '../base/errors.ts';
import type { Cluster } from '../datastore/cluster.ts';
import { bgpConfigurationOf, bgpPeersOf, routerSecrets } from './bootstrap-bgp.ts';
import { modeSettings } from './modes.ts';
import type { Topology } from './topology.ts';

/**
 * Creates what an installation of Calico would find: cluster information, Felix's settings, the default pools,
 * and with BGP its settings and the peers of the lab's routers.
 */
export async function bootstrapCluster(cluster: Cluster, topology: Topology): Promise<void> {
  const apiVersion = 'projectcalico.org/v3';
  const { backend } = modeSettings(topology);
  await Promise.all([
    ensure(cluster, clusterInformations, {
      apiVersion,
      kind: 'ClusterInformation',
      metadata: { name: 'default' },
      spec: { clusterGUID: randomUUID().replaceAll('-', ''), clusterType: 'k8s,weft-lab', datastoreReady: true },
    }),
    ensure(cluster, felixConfigurations, {
      apiVersion,
      kind: 'FelixConfiguration',
      metadata: { name: 'default' },
      spec: { logSeverityScreen: 'Info' },
    }),
    ...computePools(topology).map((pool) => ensure(cluster, ipPools, pool)),
    ...(backend === 'bird' ? bootstrapBgp(cluster, topology) : []),
  ]);
}

function bootstrapBgp(cluster: Cluster, topology: Topology): readonly Promise<void>[] {
  return [
    ensure(cluster, bgpConfigurations, bgpConfigurationOf(topology)),
    ...routerSecrets(topology).map((secret) => ensure(cluster, secrets, secret)),
    ...bgpPeersOf(topology).map((peer) => ensure(cluster, bgpPeers, peer)),
  ];
}

/** The pools of a topology: `default-ipv4-ippool`, and `default-ipv6-ippool` in a dual-stack lab. */
export function computePools(topology: Topology): readonly IPPool[] {
  const { ipipMode, vxlanMode } = modeSettings(topology);
  const pool = (name: string, spec: IPPool['spec']): IPPool => ({
    apiVersion: 'projectcalico.org/v3',
    kind: 'IPPool',
    metadata: { name },
    spec: { ...spec, natOutgoing: true, nodeSelector: 'all()' },
  });
  return [
    pool('default-ipv4-ippool', { cidr: topology.pool, blockSize: topology.blockSize, ipipMode, vxlanMode }),
    // IP-in-IP carries IPv4 only: the other family goes without encapsulation then.
    ...(topology.pool6 === undefined
      ? []
      : [pool('default-ipv6-ippool', { cidr: topology.pool6, blockSize: 122, ipipMode: 'Never', vxlanMode })]),
  ];
}

async function ensure<T extends KubernetesObject>(cluster: Cluster, kind: Kind<T>, object: T): Promise<void> {
  try {
    await cluster.create(kind, object);
  } catch (error) {
    if (!hasCode(error, 'API_ALREADY_EXISTS')) throw error;
  }
}
