import { createHash } from 'node:crypto';
import { cidrContainsIp } from '../net/cidr.ts';
import { type Ip, tryParseIp } from '../net/ip.ts';
import { tryParseNetwork } from '../net/network.ts';
import { matchSelectorText } from '../selector/match-selector-text.ts';
import type { HostEndpointTemplate, NodeControllerConfig } from './calico-config.ts';
import type { HostEndpoint } from './calico-endpoints.ts';
import { calicoNodeOf } from './calico-node-view.ts';
import type { Node } from './core.ts';
import * as kinds from './kinds.ts';
import { withType } from './meta.ts';
import { isSubdomain } from './name-syntax.ts';
import { defaultAllowProfile } from './profiles.ts';

/** The label by which host endpoints that are made for nodes are known, and its value: Calico's. */
export const createdByLabel = { key: 'projectcalico.org/created-by', value: 'calico-kube-controllers' } as const;

type Settings = NonNullable<NodeControllerConfig['hostEndpoint']>;

/**
 * The host endpoints that a node is to have by itself: none unless `autoCreate` is Enabled; then one for all of its
 * interfaces (unless that is switched off) and those of the templates whose nodeSelector selects it. They allow
 * everything that no policy decides, and carry the labels of the node.
 *
 * @see Calico documentation "KubeControllersConfiguration"
 */
export function autoHostEndpoints(node: Node, settings: Settings = {}): readonly HostEndpoint[] {
  if (settings.autoCreate !== 'Enabled') return [];
  const all = nodeAddresses(node);
  const whole = endpointOf(node, [], {}, { interfaceName: '*', expectedIPs: all });
  return [
    ...(settings.createDefaultHostEndpoint === 'Disabled' ? [] : [whole]),
    ...(settings.templates ?? []).flatMap((template) => fromTemplate(node, template, all)),
  ];
}

/** True for a host endpoint that was made for a node. */
export function isAutoHostEndpoint({ metadata }: HostEndpoint): boolean {
  return metadata.labels?.[createdByLabel.key] === createdByLabel.value;
}

/** With a pattern one for each interface that fits, else one for the addresses that fit; none without an address. */
function fromTemplate(node: Node, template: HostEndpointTemplate, all: readonly Ip[]): readonly HostEndpoint[] {
  const { generateName = '', interfacePattern = '', nodeSelector = '', interfaceCIDRs = [] } = template;
  if (!matchSelectorText(nodeSelector, node.metadata.labels)) return [];
  const nets = interfaceCIDRs.flatMap((text) => tryParseNetwork(text) ?? []);
  const fits = (ip: Ip): boolean => interfaceCIDRs.length === 0 || nets.some((net) => cidrContainsIp(net, ip));
  const parts = generateName === '' ? [] : [generateName];
  if (interfacePattern === '') {
    const expectedIPs = all.filter(fits);
    return expectedIPs.length === 0 ? [] : [endpointOf(node, parts, template, { expectedIPs })];
  }
  return interfacesOf(node)
    .filter(({ name }) => matches(interfacePattern, name))
    .flatMap(({ name, addresses }) => {
      const expectedIPs = addresses.filter(fits);
      if (expectedIPs.length === 0 && interfaceCIDRs.length > 0) return [];
      return [endpointOf(node, [...parts, name], template, { interfaceName: name, expectedIPs })];
    });
}

function endpointOf(
  node: Node,
  parts: readonly string[],
  { labels, annotations }: HostEndpointTemplate,
  spec: HostEndpoint['spec'],
): HostEndpoint {
  return withType(kinds.hostEndpoints, {
    metadata: {
      name: endpointName(node.metadata.name, parts),
      labels: { ...node.metadata.labels, ...labels, [createdByLabel.key]: createdByLabel.value },
      ...(annotations === undefined ? {} : { annotations }),
    },
    spec: { node: node.metadata.name, ...spec, profiles: [defaultAllowProfile.metadata.name] },
  });
}

/** `NODE-auto-hep`, `NODE-TEMPLATE-INTERFACE-auto-hep`; what is no name of an object is digested. */
function endpointName(node: string, parts: readonly string[]): string {
  const name = [node, ...parts, 'auto-hep'].join('-');
  if (isSubdomain(name)) return name;
  const digest = createHash('sha256').update(name).digest('hex').slice(0, 11);
  const end = `-${digest}-auto-hep`;
  return `${node.slice(0, 253 - end.length).replace(/[^a-z0-9]+$/, '')}${end}`;
}

/** Addresses others reach the node at, and those of its tunnels; each once. */
function nodeAddresses(node: Node): readonly Ip[] {
  const { bgp, addresses = [], ipv4VXLANTunnelAddr, ipv6VXLANTunnelAddr, wireguard } = calicoNodeOf(node).spec;
  const texts = [
    ...addresses.map(({ address }) => address),
    bgp?.ipv4IPIPTunnelAddr,
    ipv4VXLANTunnelAddr,
    ipv6VXLANTunnelAddr,
    wireguard?.interfaceIPv4Address,
    wireguard?.interfaceIPv6Address,
  ];
  return [...new Set(texts.flatMap(readAddress))];
}

function interfacesOf(node: Node): readonly { readonly name: string; readonly addresses: readonly Ip[] }[] {
  const { interfaces = [] } = calicoNodeOf(node).spec;
  return interfaces.flatMap(({ name = '', addresses = [] }) =>
    name === '' ? [] : [{ name, addresses: addresses.flatMap(readAddress) }],
  );
}

function readAddress(text: string | undefined): readonly Ip[] {
  const ip = tryParseIp((text ?? '').replace(/\/\d+$/, ''));
  return ip === undefined ? [] : [ip];
}

/** The API server has checked patterns; one that cannot be read all the same matches nothing. */
function matches(pattern: string, name: string): boolean {
  try {
    return new RegExp(pattern).test(name);
  } catch {
    return false;
  }
}
