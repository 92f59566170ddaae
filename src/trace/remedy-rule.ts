import type { EntityRule, KubernetesPolicyPeer, Rule } from '../api/calico-policy.ts';
import type { AdminPolicyRule, ClusterPolicyPeer, ClusterPolicyRule } from '../api/cluster-policy.ts';
import type { Pod } from '../api/core.ts';
import { hostCidr } from '../net/cidr.ts';
import { type Ip, ipFamily } from '../net/ip.ts';
import { hasPorts, protocolName } from '../net/protocol.ts';
import type { Direction } from '../policy/direction.ts';
import type { Packet } from '../policy/packet.ts';
import { labelsExpression, peerLabels } from './peer-labels.ts';
import type { KubernetesRule } from './rule-text.ts';

/** Whom a new rule is to let through, seen from the policy's endpoint. */
export interface RemedyPeer {
  readonly address: Ip;
  /** Absent: it is known by its address only. */
  readonly pod?: Pod;
}

/** A rule of Calico's that allows a packet. `namespace`: of the policy; absent for those of the whole cluster. */
export function calicoRemedyRule(packet: Packet, direction: Direction, peer: RemedyPeer, namespace?: string): Rule {
  const entity = calicoEntity(peer, namespace);
  const { destinationPort, icmpType } = packet;
  const ports: EntityRule = destinationPort === undefined ? {} : { ports: [destinationPort] };
  return {
    action: 'Allow',
    protocol: protocolName(packet.protocol) ?? packet.protocol,
    ...(icmpType === undefined ? {} : { icmp: { type: icmpType }, ipVersion: ipFamily(packet.source) }),
    ...(direction === 'ingress'
      ? { source: entity, ...(destinationPort === undefined ? {} : { destination: ports }) }
      : { destination: { ...entity, ...ports } }),
  };
}

function calicoEntity({ pod, address }: RemedyPeer, namespace: string | undefined): EntityRule {
  if (pod === undefined) return { nets: [hostCidr(address)] };
  const selector = labelsExpression(peerLabels(pod));
  const own = pod.metadata.namespace ?? '';
  return own === namespace ? { selector } : { selector, namespaceSelector: `projectcalico.org/name == '${own}'` };
}

/** A rule of a Kubernetes NetworkPolicy of a namespace that allows a packet. */
export function kubernetesRemedyRule(
  { protocol, destinationPort }: Packet,
  direction: Direction,
  peer: RemedyPeer,
  namespace: string,
): KubernetesRule {
  const peers = [kubernetesPeer(peer, namespace)];
  const ports =
    destinationPort === undefined || !hasPorts(protocol)
      ? {}
      : { ports: [{ protocol: protocolName(protocol) ?? 'TCP', port: destinationPort }] };
  return direction === 'ingress' ? { from: peers, ...ports } : { to: peers, ...ports };
}

function kubernetesPeer({ pod, address }: RemedyPeer, namespace: string): KubernetesPolicyPeer {
  if (pod === undefined) return { ipBlock: { cidr: hostCidr(address) } };
  const podSelector = { matchLabels: peerLabels(pod) };
  const own = pod.metadata.namespace ?? '';
  return own === namespace ? { podSelector } : { namespaceSelector: namedNamespace(own), podSelector };
}

function namedNamespace(name: string) {
  return { matchLabels: { 'kubernetes.io/metadata.name': name } };
}

/**
 * A rule for administrators that allows a packet.
 *
 * @returns `undefined` when such a rule cannot name the peer: addresses are named only where pods go out to
 */
export function adminRemedyRule(packet: Packet, direction: Direction, peer: RemedyPeer): AdminPolicyRule | undefined {
  const peers = clusterPeers(direction, peer);
  if (peers === undefined) return undefined;
  const { protocol, destinationPort: port } = packet;
  const ports =
    port === undefined ? {} : { ports: [{ portNumber: { protocol: protocolName(protocol) ?? 'TCP', port } }] };
  return { action: 'Allow', ...(direction === 'ingress' ? { from: peers } : { to: peers }), ...ports };
}

/** {@link adminRemedyRule} in the form of v1alpha2. */
export function clusterRemedyRule(
  packet: Packet,
  direction: Direction,
  peer: RemedyPeer,
): ClusterPolicyRule | undefined {
  const peers = clusterPeers(direction, peer);
  if (peers === undefined) return undefined;
  const { protocol, destinationPort: number } = packet;
  const destination = { destinationPort: { ...(number === undefined ? {} : { number }) } };
  const protocols =
    number === undefined || !hasPorts(protocol)
      ? {}
      : { protocols: [{ [(protocolName(protocol) ?? 'TCP').toLowerCase()]: destination }] };
  return { action: 'Accept', ...(direction === 'ingress' ? { from: peers } : { to: peers }), ...protocols };
}

function clusterPeers(direction: Direction, { pod, address }: RemedyPeer): readonly ClusterPolicyPeer[] | undefined {
  if (pod === undefined) return direction === 'egress' ? [{ networks: [hostCidr(address)] }] : undefined;
  const namespaceSelector = namedNamespace(pod.metadata.namespace ?? '');
  return [{ pods: { namespaceSelector, podSelector: { matchLabels: peerLabels(pod) } } }];
}
