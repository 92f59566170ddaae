import type { HostEndpoint, NetworkSet } from '../../api/calico-endpoints.ts';
import { isPodFinished } from '../../api/pod-state.ts';
import { toWorkloadEndpoint } from '../../api/workload-endpoint.ts';
import { type Cidr, cidrOf, hostCidr } from '../../net/cidr.ts';
import { type Ip, tryParseIp } from '../../net/ip.ts';
import { tryParseNetwork } from '../../net/network.ts';
import { parseProtocol, protocolNumber } from '../../net/protocol.ts';
import type { Labels } from '../../selector/selector.ts';
import type { NamedPort } from '../policy-input.ts';
import type { PolicyResources } from '../resources.ts';

/** What a selector in a rule can mean: a pod, a host endpoint or a network set, with the addresses that are its own. */
export interface AddressOwner {
  readonly kind: 'pod' | 'host' | 'network-set';
  /** Of pods and of namespaced network sets. */
  readonly namespace?: string;
  readonly name: string;
  /** Its own, those that it inherits from its namespace (`pcns.`) and from its service account (`pcsa.`). */
  readonly labels: Labels;
  /** Addresses as networks of one. */
  readonly nets: readonly Cidr[];
  readonly ports: readonly NamedPort[];
}

/** All of them, in the order of the resources. What has no address is still there: policies may be for it. */
export function addressOwners(resources: PolicyResources): readonly AddressOwner[] {
  const inherited = inheritedLabels(resources);
  return [
    ...podOwners(resources, inherited),
    ...resources.hostEndpoints.map(hostOwner),
    ...[...resources.networkSets, ...resources.globalNetworkSets].map((set) => networkSetOwner(set, inherited)),
  ];
}

/** Labels by `namespace NAME` and `account NAMESPACE/NAME`, under the names that pods have them by. */
type Inherited = ReadonlyMap<string, Labels>;

function inheritedLabels({ namespaces, serviceAccounts }: PolicyResources): Inherited {
  return new Map([
    ...namespaces.map(
      ({ metadata: { name, labels } }) => [`namespace ${name}`, prefixed('pcns.', name, labels)] as const,
    ),
    ...serviceAccounts.map(
      ({ metadata: { namespace, name, labels } }) =>
        [`account ${namespace}/${name}`, prefixed('pcsa.', name, labels)] as const,
    ),
  ]);
}

function prefixed(prefix: string, name: string, labels: Labels = {}): Labels {
  const all = { ...labels, 'projectcalico.org/name': name };
  return Object.fromEntries(Object.entries(all).map(([key, value]) => [`${prefix}${key}`, value]));
}

/** Nobody in a namespace gives himself labels that only the namespace or the account can give. */
function ownLabels(labels: Labels = {}): Labels {
  return Object.fromEntries(Object.entries(labels).filter(([key]) => !/^pc(ns|sa)\./.test(key)));
}

function podOwners({ pods }: PolicyResources, inherited: Inherited): readonly AddressOwner[] {
  return pods.flatMap((pod) => {
    // The address of one that has finished may be another's by now.
    const endpoint = isPodFinished(pod) ? undefined : toWorkloadEndpoint(pod);
    if (endpoint === undefined) return [];
    const { namespace = '', name } = pod.metadata;
    const { serviceAccountName, ipNetworks, ports = [] } = endpoint.spec;
    return {
      kind: 'pod',
      namespace,
      name,
      labels: {
        ...inherited.get(`namespace ${namespace}`),
        ...inherited.get(`account ${namespace}/${serviceAccountName}`),
        ...ownLabels(endpoint.metadata.labels),
      },
      nets: (ipNetworks ?? []).flatMap(readNet),
      ports: ports.flatMap(readPort),
    };
  });
}

function hostOwner({ metadata, spec }: HostEndpoint): AddressOwner {
  return {
    kind: 'host',
    name: metadata.name,
    labels: metadata.labels ?? {},
    nets: (spec.expectedIPs ?? []).flatMap((text) => tryParseIp(text) ?? []).map(hostCidr),
    ports: (spec.ports ?? []).flatMap(readPort),
  };
}

function networkSetOwner({ metadata, spec }: NetworkSet, inherited: Inherited): AddressOwner {
  const { namespace, name, labels } = metadata;
  return {
    kind: 'network-set',
    ...(namespace === undefined ? {} : { namespace }),
    name,
    labels: {
      ...inherited.get(`namespace ${namespace}`),
      ...(namespace === undefined ? labels : { ...ownLabels(labels), 'projectcalico.org/namespace': namespace }),
    },
    nets: (spec?.nets ?? []).flatMap(readNet),
    ports: [],
  };
}

/** A network or a bare address; nothing when it is neither. Bits of a host in it do not matter. */
export function readNet(text: string): readonly Cidr[] {
  const cidr = tryParseNetwork(text);
  return cidr === undefined ? [] : [cidr];
}

function readPort(port: {
  readonly name?: string;
  readonly protocol?: string | number;
  readonly port: number;
}): readonly NamedPort[] {
  const protocol = parseProtocol(port.protocol ?? 'TCP');
  if (protocol === undefined || port.name === undefined || port.name === '') return [];
  return [{ name: port.name, protocol: protocolNumber(protocol), port: port.port }];
}

/** True when one of its networks holds the address. */
export function ownsAddress(owner: AddressOwner, ip: Ip): boolean {
  return owner.nets.some((net) => cidrOf(ip, Number(net.slice(net.indexOf('/') + 1))) === net);
}
