import type { EntityRule, PolicySpec, PortField, ProtocolField, Rule } from '../api/calico-policy.ts';
import type { ClusterPolicyPort } from '../api/cluster-policy.ts';
import type { Pod } from '../api/core.ts';
import { parsePort } from '../net/port.ts';
import { hasPorts, parseProtocol, protocolNumber, protocolNumbers } from '../net/protocol.ts';
import type { PolicyResources } from '../policy/resources.ts';
import type { KubernetesRule } from './rule-text.ts';

/** A protocol, and one of its ports where it has ports. */
export interface PortOfInterest {
  /** IANA number. */
  readonly protocol: number;
  readonly port?: number;
  /** True for the port that stands for all that nothing names. */
  readonly unnamed?: boolean;
}

/** Ports by protocol. */
type Found = Map<number, Set<number>>;

/**
 * The protocols and ports at which policies can tell connections apart: all that a policy, a container or a Service
 * names (of a range its ends), and for each of these protocols a port that nothing names. TCP is always there. Sorted.
 */
export function portsOfInterest(resources: PolicyResources): readonly PortOfInterest[] {
  const found: Found = new Map([[protocolNumbers.TCP, new Set()]]);
  for (const pod of resources.pods) addPod(found, pod);
  const calico = [
    ...resources.networkPolicies,
    ...resources.globalNetworkPolicies,
    ...resources.stagedNetworkPolicies,
    ...resources.stagedGlobalNetworkPolicies,
  ];
  for (const { spec } of calico) addCalico(found, spec);
  for (const { spec } of [...resources.kubernetesPolicies, ...resources.stagedKubernetesPolicies]) {
    for (const rule of [...(spec?.ingress ?? []), ...(spec?.egress ?? [])]) addKubernetes(found, rule);
  }
  for (const { spec } of [...resources.adminNetworkPolicies, ...resources.baselineAdminNetworkPolicies]) {
    for (const { ports = [] } of [...(spec.ingress ?? []), ...(spec.egress ?? [])]) {
      for (const { portNumber, portRange } of ports) {
        if (portNumber !== undefined) add(found, portNumber.protocol, portNumber.port);
        if (portRange !== undefined) add(found, portRange.protocol, portRange.start, portRange.end);
      }
    }
  }
  for (const { spec } of resources.clusterNetworkPolicies) {
    for (const { protocols = [] } of [...(spec.ingress ?? []), ...(spec.egress ?? [])]) {
      for (const { tcp, udp, sctp } of protocols) {
        if (tcp !== undefined) addRange(found, 'TCP', tcp.destinationPort);
        if (udp !== undefined) addRange(found, 'UDP', udp.destinationPort);
        if (sctp !== undefined) addRange(found, 'SCTP', sctp.destinationPort);
      }
    }
  }
  return [...found].sort(([a], [b]) => a - b).flatMap(([protocol, ports]) => listed(protocol, ports));
}

/** A port of none of these; for people it should not look like one that has a meaning. */
export function unnamedPort(ports: ReadonlySet<number>): number {
  for (let port = 9999; port < 65536; port++) if (!ports.has(port)) return port;
  return 1;
}

function listed(protocol: number, ports: ReadonlySet<number>): readonly PortOfInterest[] {
  if (!hasPorts(protocol)) return [{ protocol }];
  const named = [...ports].sort((a, b) => a - b).map((port) => ({ protocol, port }));
  return [...named, { protocol, port: unnamedPort(ports), unnamed: true }];
}

function add(found: Found, protocol: ProtocolField = 'TCP', ...ports: readonly number[]): void {
  const parsed = parseProtocol(protocol);
  if (parsed === undefined) return;
  const number = protocolNumber(parsed);
  const known = found.get(number) ?? new Set();
  found.set(number, known);
  for (const port of ports) known.add(port);
}

function addPod(found: Found, { spec }: Pod): void {
  for (const { ports = [] } of spec.containers ?? []) {
    for (const { protocol, containerPort } of ports) add(found, protocol, containerPort);
  }
}

function addCalico(found: Found, { ingress = [], egress = [] }: PolicySpec): void {
  for (const rule of [...ingress, ...egress]) {
    const protocol = rule.protocol ?? rule.notProtocol;
    if (protocol !== undefined) add(found, protocol, ...numbersOf(rule));
  }
}

function numbersOf({ destination = {} }: Rule): readonly number[] {
  const { ports = [], notPorts = [] }: EntityRule = destination;
  return [...ports, ...notPorts].flatMap(numbersOfPort);
}

function numbersOfPort(field: PortField): readonly number[] {
  try {
    const port = parsePort(field);
    return port.kind === 'name' ? [] : [port.low, port.high];
  } catch {
    return [];
  }
}

function addKubernetes(found: Found, { ports = [] }: KubernetesRule): void {
  for (const { protocol, port, endPort } of ports) {
    add(found, protocol, ...(typeof port === 'number' ? [port, endPort ?? port] : []));
  }
}

function addRange(found: Found, protocol: string, { number, range }: ClusterPolicyPort = {}): void {
  if (range !== undefined) add(found, protocol, range.start, range.end);
  else add(found, protocol, ...(number === undefined ? [] : [number]));
}
