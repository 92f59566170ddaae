import type {
  AdminNetworkPolicy,
  AdminPolicyPort,
  AdminPolicyRule,
  BaselineAdminNetworkPolicy,
  ClusterNetworkPolicy,
  ClusterPolicyPeer,
  ClusterPolicyPort,
  ClusterPolicyProtocol,
  ClusterPolicyRule,
  ClusterPolicySubject,
} from '../../api/cluster-policy.ts';
import { matchLabelSelector } from '../../api/label-selector.ts';
import { protocolNumbers } from '../../net/protocol.ts';
import type { PolicyResources } from '../resources.ts';
import { type AddressOwner, readNet } from './address-owner.ts';
import { addressSet } from './address-set.ts';
import type { ClusterView } from './cluster-view.ts';
import { type Condition, type End, every, namedPort, some } from './condition.ts';
import { inSelectedNamespace } from './kubernetes-policies.ts';
import type { OraclePolicy, OracleRule } from './oracle-policy.ts';

const adminTier = 'kube-admin';
const baselineTier = 'kube-baseline';

/** The policy.networking.k8s.io policies of both versions, asked about packets. */
export function clusterPolicies(view: ClusterView, resources: PolicyResources): readonly OraclePolicy[] {
  return [
    ...resources.clusterNetworkPolicies.map((policy) => clusterNetworkPolicy(view, policy)),
    ...resources.adminNetworkPolicies.map((policy) => adminNetworkPolicy(view, policy)),
    ...resources.baselineAdminNetworkPolicies.map((policy) => baselineAdminNetworkPolicy(view, policy)),
  ];
}

function clusterNetworkPolicy(view: ClusterView, { metadata, spec }: ClusterNetworkPolicy): OraclePolicy {
  return {
    ...common(spec.subject),
    ...bothDirections(spec, (rule, index, peers, end) => clusterRule(view, rule, index, peers, end)),
    id: { kind: 'kcnp', name: metadata.name },
    tier: spec.tier === 'Admin' ? adminTier : baselineTier,
    order: spec.priority,
  };
}

function adminNetworkPolicy(view: ClusterView, { metadata, spec }: AdminNetworkPolicy): OraclePolicy {
  return {
    ...common(spec.subject),
    ...bothDirections(spec, (rule, index, peers, end) => adminRule(view, rule, index, peers, end)),
    id: { kind: 'anp', name: metadata.name },
    tier: adminTier,
    order: spec.priority,
  };
}

function baselineAdminNetworkPolicy(view: ClusterView, { metadata, spec }: BaselineAdminNetworkPolicy): OraclePolicy {
  return {
    ...common(spec.subject),
    ...bothDirections(spec, (rule, index, peers, end) => adminRule(view, rule, index, peers, end)),
    id: { kind: 'banp', name: metadata.name },
    tier: baselineTier,
    // The only one of its kind has no priority: it comes last.
    order: Number.POSITIVE_INFINITY,
  };
}

function common(subject: ClusterPolicySubject) {
  return {
    selects: (owner: AddressOwner) => isSubject(owner, subject),
    untracked: false,
    preDnat: false,
    applyOnForward: false,
  };
}

function isSubject(owner: AddressOwner, { namespaces, pods }: ClusterPolicySubject): boolean {
  if (namespaces !== undefined) return inSelectedNamespace(owner, namespaces);
  if (pods === undefined) return false;
  const { namespaceSelector = {}, podSelector = {} } = pods;
  return inSelectedNamespace(owner, namespaceSelector) && matchLabelSelector(podSelector, owner.labels);
}

interface Peers {
  readonly from?: readonly ClusterPolicyPeer[];
  readonly to?: readonly ClusterPolicyPeer[];
}

/** A direction without rules has no say. */
function bothDirections<R extends Peers>(
  { ingress = [], egress = [] }: { readonly ingress?: readonly R[]; readonly egress?: readonly R[] },
  make: (rule: R, index: number, peers: readonly ClusterPolicyPeer[], end: End) => OracleRule,
): Pick<OraclePolicy, 'ingress' | 'egress'> {
  return {
    ...(ingress.length === 0 ? {} : { ingress: ingress.map((rule, i) => make(rule, i, rule.from ?? [], 'source')) }),
    ...(egress.length === 0 ? {} : { egress: egress.map((rule, i) => make(rule, i, rule.to ?? [], 'destination')) }),
  };
}

function clusterRule(
  view: ClusterView,
  { name, action, protocols = [] }: ClusterPolicyRule,
  index: number,
  peers: readonly ClusterPolicyPeer[],
  end: End,
): OracleRule {
  const isPort = protocols.map((protocol) => protocolCondition(view, protocol));
  return closedRule(index, name, action === 'Accept' ? 'Allow' : action, peersCondition(view, peers, end), isPort);
}

function adminRule(
  view: ClusterView,
  { name, action, ports = [] }: AdminPolicyRule,
  index: number,
  peers: readonly ClusterPolicyPeer[],
  end: End,
): OracleRule {
  const isPort = ports.map((port) => adminPortCondition(view, port));
  return closedRule(index, name, action, peersCondition(view, peers, end), isPort);
}

/** A rule that cannot be told from its text denies everything, unless it was only to allow: then it allows nothing. */
function closedRule(
  index: number,
  name: string | undefined,
  action: 'Allow' | 'Deny' | 'Pass',
  isPeer: Condition | undefined,
  isPort: readonly (Condition | undefined)[],
): OracleRule {
  const named = { index, ...(name === undefined ? {} : { name }) };
  const known = isPort.filter((condition) => condition !== undefined);
  if (isPeer === undefined || known.length < isPort.length) {
    if (action === 'Allow') return { ...named, action, matches: () => false };
    return { ...named, action: 'Deny', matches: () => true };
  }
  return { ...named, action, matches: every(known.length === 0 ? [isPeer] : [isPeer, some(known)]) };
}

/** `undefined` when one of them is of a sort that is not enforced: nodes and domain names. */
function peersCondition(view: ClusterView, peers: readonly ClusterPolicyPeer[], end: End): Condition | undefined {
  const conditions = peers.map((peer) => peerCondition(view, peer, end));
  const known = conditions.filter((condition) => condition !== undefined);
  return known.length < conditions.length || known.length === 0 ? undefined : some(known);
}

function peerCondition(view: ClusterView, peer: ClusterPolicyPeer, end: End): Condition | undefined {
  if (peer.networks !== undefined) {
    const inside = addressSet(peer.networks.flatMap(readNet));
    return (packet) => inside.holds(packet[end]);
  }
  if (peer.namespaces === undefined && peer.pods === undefined) return undefined;
  const pods = view.addressesOf(`cluster ${JSON.stringify(peer)}`, (owner) => isSubject(owner, peer));
  return (packet) => pods.holds(packet[end]);
}

function protocolCondition(view: ClusterView, protocol: ClusterPolicyProtocol): Condition | undefined {
  const { tcp, udp, sctp, destinationNamedPort } = protocol;
  if (destinationNamedPort !== undefined) return namedPort(view, 'destination', destinationNamedPort, () => true);
  if (tcp !== undefined) return clusterPort(protocolNumbers.TCP, tcp.destinationPort);
  if (udp !== undefined) return clusterPort(protocolNumbers.UDP, udp.destinationPort);
  return sctp === undefined ? undefined : clusterPort(protocolNumbers.SCTP, sctp.destinationPort);
}

function clusterPort(protocol: number, port: ClusterPolicyPort | undefined): Condition {
  if (port?.range !== undefined) return portRange(protocol, port.range.start, port.range.end);
  return port?.number === undefined ? portRange(protocol, 0, 65_535) : portRange(protocol, port.number, port.number);
}

function adminPortCondition(view: ClusterView, { portNumber, portRange: range, namedPort: name }: AdminPolicyPort) {
  if (name !== undefined) return namedPort(view, 'destination', name, () => true);
  if (portNumber !== undefined) return portRange(numberOf(portNumber.protocol), portNumber.port, portNumber.port);
  return range === undefined ? undefined : portRange(numberOf(range.protocol), range.start, range.end);
}

function portRange(protocol: number, first: number, last: number): Condition {
  return ({ protocol: found, destinationPort = -1 }) =>
    found === protocol && destinationPort >= first && destinationPort <= last;
}

/** TCP where nothing is said; what is no protocol is matched by no packet. */
function numberOf(protocol = 'TCP'): number {
  const names: Readonly<Record<string, number>> = protocolNumbers;
  return names[protocol] ?? Number.NaN;
}
