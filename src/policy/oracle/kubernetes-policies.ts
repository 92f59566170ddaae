import type { KubernetesPolicyPeer, KubernetesPolicyPort } from '../../api/calico-policy.ts';
import type { KubernetesPolicy } from '../../api/from-kubernetes-policy.ts';
import { matchLabelSelector } from '../../api/label-selector.ts';
import type { LabelSelector } from '../../api/meta.ts';
import { parseProtocol, protocolNumber } from '../../net/protocol.ts';
import type { PolicyResources } from '../resources.ts';
import { type AddressOwner, readNet } from './address-owner.ts';
import { addressSet } from './address-set.ts';
import type { ClusterView } from './cluster-view.ts';
import { type Condition, type End, every, namedPort, some } from './condition.ts';
import type { OraclePolicy, OracleRule } from './oracle-policy.ts';

/** Where Kubernetes' policies stand among Calico's of tier `default`. */
const order = 1000;

/**
 * The networking.k8s.io/v1 policies, asked about packets: each isolates the pods it selects, and its rules allow what is
 * among their peers and among their ports; an absent or empty list of either means all.
 *
 * @see Kubernetes documentation "Network Policies"
 */
export function kubernetesPolicies(view: ClusterView, resources: PolicyResources): readonly OraclePolicy[] {
  return resources.kubernetesPolicies.map((policy) => kubernetesPolicy(view, policy));
}

function kubernetesPolicy(view: ClusterView, { metadata, spec = {} }: KubernetesPolicy): OraclePolicy {
  const { namespace = '', name } = metadata;
  const { podSelector = {}, ingress = [], egress = [], policyTypes = [] } = spec;
  const implied = egress.length > 0 ? ['Ingress', 'Egress'] : ['Ingress'];
  const types: readonly string[] = policyTypes.length > 0 ? policyTypes : implied;
  const rule = (
    end: End,
    index: number,
    peers: readonly KubernetesPolicyPeer[] = [],
    ports: Ports = [],
  ): OracleRule => ({
    index,
    action: 'Allow',
    matches: anyPeerAndPort(view, namespace, end, peers, ports),
  });
  return {
    id: { kind: 'knp', namespace, name },
    tier: 'default',
    order,
    selects: (owner) => isPodOf(owner, namespace) && matchLabelSelector(podSelector, owner.labels),
    ...(types.includes('Ingress')
      ? { ingress: ingress.map(({ from, ports }, i) => rule('source', i, from, ports)) }
      : {}),
    ...(types.includes('Egress')
      ? { egress: egress.map(({ to, ports }, i) => rule('destination', i, to, ports)) }
      : {}),
    untracked: false,
    preDnat: false,
    applyOnForward: false,
  };
}

type Ports = readonly KubernetesPolicyPort[];

function isPodOf({ kind, namespace }: AddressOwner, wanted: string): boolean {
  return kind === 'pod' && namespace === wanted;
}

function anyPeerAndPort(
  view: ClusterView,
  namespace: string,
  end: End,
  peers: readonly KubernetesPolicyPeer[],
  ports: Ports,
): Condition {
  const isPeer = peers.length === 0 ? [] : [some(peers.map((peer) => peerCondition(view, namespace, end, peer)))];
  const isPort = ports.length === 0 ? [] : [some(ports.map((port) => portCondition(view, port)))];
  return every([...isPeer, ...isPort]);
}

/** Pods of the policy's own namespace, unless namespaces are selected. */
function peerCondition(view: ClusterView, own: string, end: End, peer: KubernetesPolicyPeer): Condition {
  const { podSelector, namespaceSelector, ipBlock } = peer;
  if (ipBlock !== undefined) {
    const inside = addressSet(readNet(ipBlock.cidr));
    const holes = addressSet((ipBlock.except ?? []).flatMap(readNet));
    return (packet) => inside.holds(packet[end]) && !holes.holds(packet[end]);
  }
  const pods = view.addressesOf(`kubernetes ${own} ${JSON.stringify(peer)}`, (owner) => {
    const inNamespace =
      namespaceSelector === undefined ? isPodOf(owner, own) : inSelectedNamespace(owner, namespaceSelector);
    return inNamespace && matchLabelSelector(podSelector ?? {}, owner.labels);
  });
  return (packet) => pods.holds(packet[end]);
}

/** True for a pod whose namespace has such labels. */
export function inSelectedNamespace({ kind, labels }: AddressOwner, selector: LabelSelector): boolean {
  const ofNamespace = Object.entries(labels)
    .filter(([key]) => key.startsWith('pcns.'))
    .map(([key, value]) => [key.slice('pcns.'.length), value] as const);
  return kind === 'pod' && matchLabelSelector(selector, Object.fromEntries(ofNamespace));
}

function portCondition(view: ClusterView, { protocol = 'TCP', port, endPort }: KubernetesPolicyPort): Condition {
  const number = numberOf(protocol);
  if (port === undefined) return (packet) => packet.protocol === number;
  if (typeof port === 'string') {
    const isNamed = namedPort(view, 'destination', port, () => true);
    return (packet) => packet.protocol === number && isNamed(packet);
  }
  return ({ protocol: found, destinationPort = -1 }) =>
    found === number && destinationPort >= port && destinationPort <= (endPort ?? port);
}

/** What is no protocol is matched by no packet. */
function numberOf(text: string): number {
  const protocol = parseProtocol(text === '' ? 'TCP' : text);
  return protocol === undefined ? Number.NaN : protocolNumber(protocol);
}
