import type { HostEndpoint, NetworkSet } from '../../api/calico-endpoints.ts';
import type {
  GlobalNetworkPolicy,
  GlobalPolicySpec,
  KubernetesPolicySpec,
  NetworkPolicy,
  PolicySpec,
  Tier,
} from '../../api/calico-policy.ts';
import type { ContainerPort, EndpointSlice, Namespace, Pod, ServiceAccount } from '../../api/core.ts';
import type { KubernetesPolicy } from '../../api/from-kubernetes-policy.ts';
import { parseIp } from '../../net/ip.ts';
import { type Protocol, protocolNumber, protocolNumbers } from '../../net/protocol.ts';
import type { Labels } from '../../selector/selector.ts';
import type { Direction } from '../direction.ts';
import type { Packet } from '../packet.ts';
import type { PolicyResources } from '../resources.ts';
import { nodeName } from './arbitrary-resources.ts';

/** One packet at one endpoint, and what becomes of it: for whoever decides, be it the oracle or the program. */
export interface PolicyCase {
  /** `subject: condition -> outcome`. */
  readonly name: string;
  readonly resources: Partial<PolicyResources>;
  /** `NAMESPACE/POD`, or `host/NAME`. */
  readonly endpoint: string;
  readonly direction: Direction;
  readonly phase?: 'normal' | 'forward' | 'untracked' | 'pre-dnat';
  readonly packet: Packet;
  /** As of `formatVerdict`. */
  readonly verdict: string;
}

/** A pod `NAMESPACE/NAME` of the node with these addresses. */
export function pod(key: string, labels: Labels, ips: string, ports: readonly ContainerPort[] = [], account = ''): Pod {
  const [namespace = '', name = ''] = key.split('/');
  return {
    metadata: { name, namespace, labels },
    spec: {
      nodeName,
      ...(account === '' ? {} : { serviceAccountName: account }),
      containers: [{ name: 'c', ports }],
    },
    status: { phase: 'Running', podIPs: ips.split(' ').map((ip) => ({ ip })) },
  };
}

export function namespace(name: string, labels: Labels = {}): Namespace {
  return { metadata: { name, labels } };
}

export function serviceAccount(key: string, labels: Labels): ServiceAccount {
  return { metadata: { ...keyed(key), labels } };
}

export function tier(name: string, spec: Tier['spec']): Tier {
  return { metadata: { name }, spec };
}

export function networkPolicy(key: string, spec: PolicySpec): NetworkPolicy {
  return { metadata: keyed(key), spec };
}

export function globalPolicy(name: string, spec: GlobalPolicySpec): GlobalNetworkPolicy {
  return { metadata: { name }, spec };
}

export function kubernetesPolicy(key: string, spec: KubernetesPolicySpec): KubernetesPolicy {
  return { metadata: keyed(key), spec };
}

/** With a namespace in the key a NetworkSet, else a GlobalNetworkSet. */
export function networkSet(key: string, labels: Labels, nets: readonly string[]): NetworkSet {
  return { metadata: { ...(key.includes('/') ? keyed(key) : { name: key }), labels }, spec: { nets } };
}

export function hostEndpoint(name: string, labels: Labels, spec: HostEndpoint['spec']): HostEndpoint {
  return { metadata: { name, labels }, spec: { node: nodeName, ...spec } };
}

export function slice(key: string, addresses: readonly string[], ports: EndpointSlice['ports']): EndpointSlice {
  const { name, namespace: inside } = keyed(key);
  return {
    metadata: { name: `${name}-1`, namespace: inside, labels: { 'kubernetes.io/service-name': name } },
    addressType: 'IPv4',
    endpoints: addresses.map((address) => ({ addresses: [address] })),
    ...(ports === undefined ? {} : { ports }),
  };
}

function keyed(key: string): { readonly name: string; readonly namespace: string } {
  const [inside = '', name = ''] = key.split('/');
  return { name, namespace: inside };
}

/** `10.0.0.1 > 10.0.0.2 TCP 80`; for ICMP and ICMPv6 the type is in place of the port. */
export function packet(text: string): Packet {
  const [source = '', , destination = '', protocolText = '', number = ''] = text.split(' ');
  const protocol = protocolNumber((Number(protocolText) || protocolText) as Protocol);
  const ends = { source: parseIp(source), destination: parseIp(destination), protocol };
  if (protocol === protocolNumbers.ICMP || protocol === protocolNumbers.ICMPv6) {
    return { ...ends, icmpType: Number(number), icmpCode: 0 };
  }
  return number === '' ? ends : { ...ends, sourcePort: 40_000, destinationPort: Number(number) };
}
