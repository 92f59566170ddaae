import type { BGPConfiguration, BGPFilter, BGPPeer } from '../../src/api/calico-bgp.ts';
import type { Node } from '../../src/api/core.ts';
import { computeNodeState } from '../../src/desired/compute.ts';
import type { BgpInputs, Snapshot } from '../../src/desired/snapshot.ts';
import type { BgpSession, BgpState } from '../../src/routing/bgp-state.ts';
import { seedNode, seedSnapshot } from './seed-cluster.ts';

/** BGPConfiguration `default`, or that of a node. */
export function seedBgpConfiguration(spec: BGPConfiguration['spec'], name = 'default'): BGPConfiguration {
  return { metadata: { name }, spec };
}

export function seedPeer(name: string, spec: BGPPeer['spec']): BGPPeer {
  return { metadata: { name }, spec };
}

export function seedFilter(name: string, spec: BGPFilter['spec'] = {}): BGPFilter {
  return { metadata: { name }, spec };
}

/** A node with labels; `annotations` without their prefix. */
export function seedLabelledNode(
  name: string,
  labels: Readonly<Record<string, string>>,
  annotations: Readonly<Record<string, string>>,
): Node {
  const node = seedNode(name, annotations);
  return { ...node, metadata: { ...node.metadata, labels } };
}

const nothing: BgpInputs = {
  configurations: [],
  peers: [],
  filters: [],
  services: [],
  endpointSlices: [],
  pods: [],
  passwords: new Map(),
};

/** The seed cluster (pool without encapsulation) with BGP, as node1 sees it. */
export function seedBgpSnapshot(bgp: Partial<BgpInputs> = {}, overrides: Partial<Snapshot> = {}): Snapshot {
  return seedSnapshot({}, { backend: 'bird', bgp: { ...nothing, ...bgp }, ...overrides });
}

/** The seed cluster's nodes with more annotations and labels. */
export function seedNodesWith(
  more: Readonly<
    Record<string, { readonly annotations?: Record<string, string>; readonly labels?: Record<string, string> }>
  >,
): readonly Node[] {
  return seedBgpSnapshot().nodes.map((node) => {
    const { annotations = {}, labels = {} } = more[node.metadata.name] ?? {};
    const added = seedNode(node.metadata.name, annotations).metadata.annotations;
    return { metadata: { ...node.metadata, labels, annotations: { ...node.metadata.annotations, ...added } } };
  });
}

/** The BGP of the snapshot's node and everything that is wrong. @throws when there is no BGP */
export function bgpOf(snapshot: Snapshot): { readonly bgp: BgpState; readonly warnings: readonly string[] } {
  const { bgp, warnings } = computeNodeState(snapshot);
  if (bgp === undefined) throw new Error(`no BGP: ${warnings.join('; ')}`);
  return { bgp, warnings };
}

/** A session in one line, without what is usual: `Global_10_0_0_1 as 65000 outside`. */
export function sessionText(session: BgpSession, { asNumber, nodeAddress4, nodeAddress6 }: BgpState): string {
  const { name, peer, peerPort, peerAs, localAs, source, ttlSecurityHops, password, family } = session;
  const usual = family === 4 ? nodeAddress4 : nodeAddress6;
  const parts = [
    `${name} ${peer}${peerPort === undefined ? '' : ` port ${peerPort}`} as ${peerAs}`,
    localAs === asNumber ? '' : `local-as ${localAs}`,
    source === usual ? '' : source === undefined ? 'any-source' : `source ${source}`,
    session.passive ? 'passive' : '',
    session.outside ? 'outside' : '',
    session.distance === 'direct' ? 'direct' : '',
    ttlSecurityHops === undefined ? '' : `ttl ${ttlSecurityHops}`,
    session.nextHop === 'auto' ? '' : `next-hop ${session.nextHop}`,
    password === undefined ? '' : `password ${password.key}@${password.version}`,
    session.reflectorClient ? 'client' : '',
    session.restartSeconds === undefined ? '' : `restart ${session.restartSeconds}`,
    session.keepaliveSeconds === undefined ? '' : `keepalive ${session.keepaliveSeconds}`,
    session.allowedLocalAs === undefined ? '' : `own-as ${session.allowedLocalAs}`,
    session.filters.length === 0 ? '' : `filters ${session.filters.join(',')}`,
    session.bfd === undefined ? '' : 'bfd',
  ];
  return parts.filter((part) => part !== '').join(' ');
}
