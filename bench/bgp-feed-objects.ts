import type { IPPool } from '../src/api/calico.ts';
import type { BGPFilter, BGPPeer } from '../src/api/calico-bgp.ts';
import { bgpFilters, bgpPeers, ipPools } from '../src/api/kinds.ts';
import type { HttpCluster } from '../src/datastore/http-cluster.ts';
import { feedLink } from './bgp-feeder.ts';

const apiVersion = 'projectcalico.org/v3';

/** Pools that no pod uses: each is one more network that a prefix from outside must not touch. */
const pools = Array.from({ length: 8 }, (_, index): IPPool => {
  const spec = { cidr: `10.${100 + index}.0.0/16`, disabled: true };
  return { apiVersion, kind: 'IPPool', metadata: { name: `more-${index}` }, spec };
});

/** Four rules that no prefix of the feeder fits: all are looked at, and the rules for outside peers after them. */
const filter: BGPFilter = {
  apiVersion,
  kind: 'BGPFilter',
  metadata: { name: 'feed' },
  spec: {
    importV4: [
      { action: 'Reject', matchOperator: 'In', cidr: '198.51.100.0/24' },
      { action: 'Reject', matchOperator: 'In', cidr: '172.16.0.0/12', prefixLength: { min: 24, max: 32 } },
      { action: 'Accept', matchOperator: 'Equal', cidr: '203.0.113.0/24', peerType: 'eBGP' },
      { action: 'Reject', asPathPrefix: [65_009] },
    ],
  },
};

const peer: BGPPeer = {
  apiVersion,
  kind: 'BGPPeer',
  metadata: { name: 'feeder' },
  spec: {
    peerIP: feedLink.feeder.address,
    asNumber: feedLink.feeder.as,
    sourceAddress: 'None',
  },
};

/** Makes a cluster the client of the feeder, with the pools that its prefixes must not touch. */
export async function createFeedObjects(cluster: HttpCluster): Promise<void> {
  for (const pool of pools) await cluster.create(ipPools, pool);
  await cluster.create(bgpPeers, peer);
}

/** Puts the filter between the feeder and the node. */
export async function filterFeed(cluster: HttpCluster): Promise<void> {
  await cluster.create(bgpFilters, filter);
  await cluster.patch(bgpPeers, 'feeder', undefined, 'merge', { spec: { filters: ['feed'] } });
}
