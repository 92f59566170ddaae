import { isRecord } from '../base/is-record.ts';
import type { CalicoNodeObject, NodeBgpSpec } from './calico-node.ts';
import type { Node } from './core.ts';
import { calicoNodes } from './kinds.ts';
import { withType } from './meta.ts';
import { nodeAnnotations, readCalicoNode } from './node-annotations.ts';

type Spec = CalicoNodeObject['spec'];
type Annotations = Readonly<Record<string, string>>;

/** The annotation with the interfaces of a node and their addresses, as JSON: `[{"name":"eth0","addresses":["..."]}]`. */
export const interfacesAnnotation = 'projectcalico.org/Interfaces';

/** Annotations that only this view reads; the agents have no use for them. */
const more = {
  wireguardIpv4: 'projectcalico.org/IPv4WireguardInterfaceAddr',
  wireguardIpv6: 'projectcalico.org/IPv6WireguardInterfaceAddr',
  wireguardPublicKey: 'projectcalico.org/WireguardPublicKey',
  wireguardPublicKeyV6: 'projectcalico.org/WireguardPublicKeyV6',
  interfaces: interfacesAnnotation,
} as const;

/** The Node of projectcalico.org/v3 that a Node of Kubernetes stands for. What cannot be read is absent. */
export function calicoNodeOf(node: Node): CalicoNodeObject {
  const annotations = node.metadata.annotations ?? {};
  const own = new Set<string>([...Object.values(nodeAnnotations), ...Object.values(more)]);
  const others = Object.fromEntries(Object.entries(annotations).filter(([key]) => !own.has(key)));
  const { annotations: _all, ...metadata } = node.metadata;
  const status = present({
    wireguardPublicKey: annotations[more.wireguardPublicKey],
    wireguardPublicKeyV6: annotations[more.wireguardPublicKeyV6],
    podCIDRs: node.spec?.podCIDRs,
  });
  return withType(calicoNodes, {
    metadata: Object.keys(others).length === 0 ? metadata : { ...metadata, annotations: others },
    spec: specOf(node, annotations),
    ...(Object.keys(status).length === 0 ? {} : { status }),
  });
}

/**
 * The part of a merge patch of the core Node that makes it stand for this Node: annotations to set, null for those to
 * remove. Labels are the Node's own. `orchRefs`, `addresses`, `interfaces` and `podCIDRs` are found by others and are
 * not written.
 */
export function calicoNodePatch({ spec, status }: CalicoNodeObject): Readonly<Record<string, string | null>> {
  const { bgp } = spec;
  const texts: Readonly<Record<string, string | number | undefined>> = {
    [nodeAnnotations.asNumber]: bgp?.asNumber,
    [nodeAnnotations.ipv4Address]: bgp?.ipv4Address,
    [nodeAnnotations.ipv6Address]: bgp?.ipv6Address,
    [nodeAnnotations.ipipTunnelAddress]: bgp?.ipv4IPIPTunnelAddr,
    [nodeAnnotations.routeReflectorClusterId]: bgp?.routeReflectorClusterID,
    [nodeAnnotations.vxlanTunnelAddress]: spec.ipv4VXLANTunnelAddr,
    [nodeAnnotations.vxlanTunnelMac]: spec.vxlanTunnelMACAddr,
    [nodeAnnotations.vxlanTunnelAddressV6]: spec.ipv6VXLANTunnelAddr,
    [nodeAnnotations.vxlanTunnelMacV6]: spec.vxlanTunnelMACAddrV6,
    [more.wireguardIpv4]: spec.wireguard?.interfaceIPv4Address,
    [more.wireguardIpv6]: spec.wireguard?.interfaceIPv6Address,
    [more.wireguardPublicKey]: status?.wireguardPublicKey,
    [more.wireguardPublicKeyV6]: status?.wireguardPublicKeyV6,
  };
  const entries = Object.entries(texts).map(([key, value]): [string, string | null] => {
    return [key, value === undefined || value === '' ? null : String(value)];
  });
  return Object.fromEntries(entries);
}

function specOf(node: Node, annotations: Annotations): Spec {
  const text = (key: keyof typeof nodeAnnotations): string | undefined => annotations[nodeAnnotations[key]];
  const bgp: NodeBgpSpec = present({
    asNumber: readCalicoNode(node).asNumber,
    ipv4Address: text('ipv4Address'),
    ipv6Address: text('ipv6Address'),
    ipv4IPIPTunnelAddr: text('ipipTunnelAddress'),
    routeReflectorClusterID: text('routeReflectorClusterId'),
  });
  const wireguard = present({
    interfaceIPv4Address: annotations[more.wireguardIpv4],
    interfaceIPv6Address: annotations[more.wireguardIpv6],
  });
  const addresses = addressesOf(node, bgp);
  const interfaces = interfacesOf(annotations[more.interfaces]);
  return {
    ...(Object.keys(bgp).length === 0 ? {} : { bgp }),
    ...present({
      ipv4VXLANTunnelAddr: text('vxlanTunnelAddress'),
      vxlanTunnelMACAddr: text('vxlanTunnelMac'),
      ipv6VXLANTunnelAddr: text('vxlanTunnelAddressV6'),
      vxlanTunnelMACAddrV6: text('vxlanTunnelMacV6'),
    }),
    orchRefs: [{ nodeName: node.metadata.name, orchestrator: 'k8s' }],
    ...(Object.keys(wireguard).length === 0 ? {} : { wireguard }),
    ...(addresses.length === 0 ? {} : { addresses }),
    ...(interfaces === undefined ? {} : { interfaces }),
  };
}

function addressesOf(node: Node, { ipv4Address, ipv6Address }: NodeBgpSpec): NonNullable<Spec['addresses']> {
  const own = [ipv4Address, ipv6Address].flatMap((address) =>
    address === undefined ? [] : [{ address, type: 'CalicoNodeIP' as const }],
  );
  const found = (node.status?.addresses ?? []).flatMap(({ type, address }) =>
    type === 'InternalIP' || type === 'ExternalIP' ? [{ address, type } as const] : [],
  );
  return [...own, ...found];
}

function interfacesOf(text: string | undefined): Spec['interfaces'] | undefined {
  if (text === undefined) return undefined;
  try {
    const list: unknown = JSON.parse(text);
    if (!Array.isArray(list)) return undefined;
    return list.filter(isRecord).map(({ name, addresses }) => ({
      ...(typeof name === 'string' ? { name } : {}),
      addresses: Array.isArray(addresses) ? addresses.filter((one) => typeof one === 'string') : [],
    }));
  } catch {
    return undefined;
  }
}

/** The fields that have a value: absent and empty ones go. */
function present<T extends Readonly<Record<string, unknown>>>(
  fields: T,
): { readonly [K in keyof T]?: Exclude<T[K], undefined> } {
  const entries = Object.entries(fields).filter(([, value]) => value !== undefined && value !== '');
  return Object.fromEntries(entries) as { readonly [K in keyof T]?: Exclude<T[K], undefined> };
}
