import type {
  AdminPolicyPort,
  AdminPolicyRule,
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
  const clusterPorts = ({ protocols = [] }: ClusterPolicyRule) => protocols.map((one) => protocolCondition(view, one));
  const adminPorts = ({ ports = [] }: AdminPolicyRule) => ports.map((one) => adminPortCondition(view, one));
  return [
    ...resources.clusterNetworkPolicies.map(({ metadata: { name }, spec }) => ({
      ...clusterPolicy(view, spec, clusterPorts),
      id: { kind: 'kcnp', name } as const,
      tier: spec.tier === 'Admin' ? adminTier : baselineTier,
      order: spec.priority,
    })),
    ...resources.adminNetworkPolicies.map(({ metadata: { name }, spec }) => ({
      ...clusterPolicy(view, spec, adminPorts),
      id: { kind: 'anp', name } as const,
      tier: adminTier,
      order: spec.priority,
    })),
    ...resources.baselineAdminNetworkPolicies.map(({ metadata: { name }, spec }) => ({
      ...clusterPolicy(view, spec, adminPorts),
      id: { kind: 'banp', name } as const,
      tier: baselineTier,
      // The only one of its kind has no priority: it comes last.
      order: Number.POSITIVE_INFINITY,
    })),
  ];
}

/** What the rules of both versions have in common. */
interface RuleOfAny {
  readonly name?: string;
  readonly action: 'Accept' | 'Allow' | 'Deny' | 'Pass';
  readonly from?: readonly ClusterPolicyPeer[];
  readonly to?: readonly ClusterPolicyPeer[];
}

interface SpecOfAny<R> {
  readonly subject: ClusterPolicySubject;
  readonly ingress?: readonly R[];
  readonly egress?: readonly R[];
}

/** @param portsOf one condition for each port that a rule names; `undefined` for one that cannot be told */
function clusterPolicy<R extends RuleOfAny>(
  view: ClusterView,
  { subject, ingress = [], egress = [] }: SpecOfAny<R>,
  portsOf: (rule: R) => readonly (Condition | undefined)[],
): Omit<OraclePolicy, 'id' | 'tier' | 'order'> {
  const read = (rules: readonly R[], end: End) =>
    rules.map((rule, index) => {
      const isPeer = peersCondition(view, (end === 'source' ? rule.from : rule.to) ?? [], end);
      return closedRule(index, rule, isPeer, portsOf(rule));
    });
  return {
    selects: (owner) => isSubject(owner, subject),
    // A direction without rules has no say.
    ...(ingress.length === 0 ? {} : { ingress: read(ingress, 'source') }),
    ...(egress.length === 0 ? {} : { egress: read(egress, 'destination') }),
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

/** A rule that cannot be told from its text denies everything, unless it was only to allow: then it allows nothing. */
function closedRule(
  index: number,
  { name, action: asked }: RuleOfAny,
  isPeer: Condition | undefined,
  isPort: readonly (Condition | undefined)[],
): OracleRule {
  const named = { index, ...(name === undefined ? {} : { name }) };
  const action = asked === 'Accept' ? 'Allow' : asked;
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
