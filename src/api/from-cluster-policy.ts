import type { EntityRule, PortField, Rule } from './calico-policy.ts';
import type {
  AdminPolicyPort,
  AdminPolicyRule,
  ClusterPolicyPeer,
  ClusterPolicyPort,
  ClusterPolicyProtocol,
  ClusterPolicyRule,
  ClusterPolicySubject,
} from './cluster-policy.ts';
import { labelExpression, podExpression } from './from-kubernetes-policy.ts';
import type { LabelSelector } from './meta.ts';
import { Unreadable } from './unreadable.ts';

/**
 * The pods of a subject, or of a peer, in Calico's grammar.
 *
 * @throws Unreadable when neither field is there
 */
export function fromClusterSubject(
  { namespaces, pods }: ClusterPolicySubject,
  field: string,
): { readonly selector: string; readonly namespaceSelector: string } {
  if (pods !== undefined) {
    return {
      selector: podExpression(pods.podSelector ?? {}),
      namespaceSelector: namespaceExpression(pods.namespaceSelector ?? {}),
    };
  }
  if (namespaces === undefined)
    throw new Unreadable(field, 'no selector found that is known, namespaces or pods needed');
  return { selector: podExpression({}), namespaceSelector: namespaceExpression(namespaces) };
}

function namespaceExpression(selector: LabelSelector): string {
  return labelExpression(selector) || 'all()';
}

/**
 * A rule of v1alpha2 in Calico's words: one rule for each protocol and peer.
 *
 * @throws Unreadable naming the field, from the rule
 * @see network-policy-api "ClusterNetworkPolicy"
 */
export function fromClusterRule(rule: ClusterPolicyRule): readonly Rule[] {
  return combine(clusterAction(rule.action), rule, (rule.protocols ?? []).map(protocolPorts));
}

/** The action of a rule of v1alpha2 in Calico's words. */
export function clusterAction(action: ClusterPolicyRule['action']): Rule['action'] {
  return action === 'Accept' ? 'Allow' : action;
}

/**
 * A rule of v1alpha1 in Calico's words: one rule for each protocol and peer.
 *
 * @throws Unreadable naming the field, from the rule
 * @see network-policy-api "AdminNetworkPolicy"
 */
export function fromAdminRule(rule: AdminPolicyRule): readonly Rule[] {
  return combine(rule.action, rule, (rule.ports ?? []).map(adminPort));
}

/** A protocol with one of its ports, or all of them; a name of a port is of any protocol. */
interface ProtocolPort {
  readonly protocol?: 'TCP' | 'UDP' | 'SCTP';
  readonly port?: PortField;
}

function combine(
  action: Rule['action'],
  { from, to }: Pick<ClusterPolicyRule, 'from' | 'to'>,
  ports: readonly ProtocolPort[],
): readonly Rule[] {
  const key = from === undefined ? 'to' : 'from';
  const peers = (from ?? to ?? []).map((peer, index) => peerEntity(peer, `${key}[${index}]`));
  if (peers.length === 0) throw new Unreadable(key, 'nothing found, one peer or more needed');
  const byProtocol = [...Map.groupBy(ports.length === 0 ? [{}] : ports, ({ protocol }) => protocol)];
  return byProtocol.flatMap(([protocol, group]) =>
    peers.map((peer): Rule => {
      const numbers = group.map(({ port }) => port).filter((port) => port !== undefined);
      // One without a number means all ports of the protocol.
      const destination = numbers.length < group.length ? {} : { ports: numbers };
      const ends = from === undefined ? { destination: { ...peer, ...destination } } : { source: peer, destination };
      return { action, ...(protocol !== undefined && { protocol }), ...ends };
    }),
  );
}

function peerEntity(peer: ClusterPolicyPeer, field: string): EntityRule {
  const { nodes, networks, domainNames } = peer;
  if (nodes !== undefined) throw new Unreadable(`${field}.nodes`, 'nodes found, which are not supported');
  if (domainNames !== undefined) {
    throw new Unreadable(`${field}.domainNames`, 'domain names found, which are not supported');
  }
  if (networks === undefined) return fromClusterSubject(peer, field);
  if (networks.length === 0) throw new Unreadable(`${field}.networks`, 'nothing found, one network or more needed');
  return { nets: networks };
}

function protocolPorts({ tcp, udp, sctp, destinationNamedPort }: ClusterPolicyProtocol, index: number): ProtocolPort {
  const field = `protocols[${index}]`;
  if (destinationNamedPort !== undefined) return { port: destinationNamedPort };
  if (tcp !== undefined) return { protocol: 'TCP', ...numbersOf(tcp.destinationPort, `${field}.tcp`) };
  if (udp !== undefined) return { protocol: 'UDP', ...numbersOf(udp.destinationPort, `${field}.udp`) };
  if (sctp !== undefined) return { protocol: 'SCTP', ...numbersOf(sctp.destinationPort, `${field}.sctp`) };
  throw new Unreadable(field, 'no protocol found that is known, tcp, udp, sctp or destinationNamedPort needed');
}

function numbersOf(port: ClusterPolicyPort | undefined, field: string): { readonly port?: PortField } {
  if (port === undefined) return {};
  if (port.number !== undefined) return { port: port.number };
  if (port.range !== undefined) return { port: `${port.range.start}:${port.range.end}` };
  throw new Unreadable(`${field}.destinationPort`, 'nothing found that is known, number or range needed');
}

function adminPort({ portNumber, portRange, namedPort }: AdminPolicyPort, index: number): ProtocolPort {
  if (namedPort !== undefined) return { port: namedPort };
  const field = `ports[${index}]`;
  if (portNumber !== undefined) {
    return { protocol: adminProtocol(portNumber.protocol, `${field}.portNumber`), port: portNumber.port };
  }
  if (portRange === undefined) {
    throw new Unreadable(field, 'nothing found that is known, portNumber, portRange or namedPort needed');
  }
  const { protocol, start, end } = portRange;
  return { protocol: adminProtocol(protocol, `${field}.portRange`), port: `${start}:${end}` };
}

function adminProtocol(protocol = 'TCP', field: string): 'TCP' | 'UDP' | 'SCTP' {
  const found = (['TCP', 'UDP', 'SCTP'] as const).find((known) => known === protocol);
  if (found === undefined) throw new Unreadable(`${field}.protocol`, `"${protocol}" found, TCP, UDP or SCTP needed`);
  return found;
}
