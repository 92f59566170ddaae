import { errorText } from '../base/errors.ts';
import { type IpWithPrefix, parseIpWithPrefix } from '../net/cidr.ts';
import { type Family, type Ip, ipFamily, parseIp } from '../net/ip.ts';
import { type Mac, parseMac } from '../net/mac.ts';
import { parseAsNumber } from './as-number.ts';
import type { Node } from './core.ts';

/** Calico's view of a node, as it is kept in the annotations of the core Node. */
export interface CalicoNode {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  /** The node's address on the underlay, with the length of its subnet (CrossSubnet compares these). */
  readonly ipv4Address?: IpWithPrefix;
  readonly ipv6Address?: IpWithPrefix;
  readonly ipipTunnelAddress?: Ip;
  readonly vxlanTunnelAddress?: Ip;
  readonly vxlanTunnelMac?: Mac;
  readonly vxlanTunnelAddressV6?: Ip;
  readonly vxlanTunnelMacV6?: Mac;
  readonly asNumber?: number;
  /** Makes the node a route reflector of this cluster (RFC 4456). An IPv4 address in form only. */
  readonly routeReflectorClusterId?: Ip;
  /** Annotations that cannot be read, one sentence each; the field is then absent. */
  readonly problems: readonly string[];
}

/** The fields a node's agent writes. `undefined` given explicitly removes the annotation. */
export type CalicoNodeFields = {
  readonly [K in keyof typeof nodeAnnotations]?: Exclude<CalicoNode[K], undefined> | undefined;
};

/** The annotation of each field. */
export const nodeAnnotations = {
  ipv4Address: 'projectcalico.org/IPv4Address',
  ipv6Address: 'projectcalico.org/IPv6Address',
  ipipTunnelAddress: 'projectcalico.org/IPv4IPIPTunnelAddr',
  vxlanTunnelAddress: 'projectcalico.org/IPv4VXLANTunnelAddr',
  vxlanTunnelMac: 'projectcalico.org/VXLANTunnelMACAddr',
  vxlanTunnelAddressV6: 'projectcalico.org/IPv6VXLANTunnelAddr',
  vxlanTunnelMacV6: 'projectcalico.org/VXLANTunnelMACAddrV6',
  asNumber: 'projectcalico.org/ASNumber',
  routeReflectorClusterId: 'projectcalico.org/RouteReflectorClusterID',
} as const;

const readers: { readonly [K in keyof typeof nodeAnnotations]: (text: string) => CalicoNode[K] } = {
  ipv4Address: (text) => ofFamily(parseIpWithPrefix(text), 4),
  ipv6Address: (text) => ofFamily(parseIpWithPrefix(text), 6),
  ipipTunnelAddress: (text) => ofFamily({ ip: parseIp(text) }, 4).ip,
  vxlanTunnelAddress: (text) => ofFamily({ ip: parseIp(text) }, 4).ip,
  vxlanTunnelMac: parseMac,
  vxlanTunnelAddressV6: (text) => ofFamily({ ip: parseIp(text) }, 6).ip,
  vxlanTunnelMacV6: parseMac,
  asNumber: readAsNumber,
  routeReflectorClusterId: (text) => ofFamily({ ip: parseIp(text) }, 4).ip,
};

/** Reads Calico's view. Never throws: one node with a broken annotation must not stop the others. */
export function readCalicoNode(node: Node): CalicoNode {
  const fields: Record<string, unknown> = {};
  const problems: string[] = [];
  for (const [field, read] of Object.entries(readers)) {
    const key = nodeAnnotations[field as keyof typeof nodeAnnotations];
    const text = node.metadata.annotations?.[key];
    if (text === undefined || text === '') continue;
    try {
      fields[field] = read(text);
    } catch (error) {
      problems.push(`node ${node.metadata.name}, annotation ${key}: ${errorText(error)}`);
    }
  }
  return { ...fields, name: node.metadata.name, labels: node.metadata.labels ?? {}, problems };
}

/**
 * The `metadata.annotations` part of a merge patch that writes these fields: text to set, null to remove. Fields that
 * are not given stay as they are.
 */
export function nodeAnnotationsPatch(fields: CalicoNodeFields): Record<string, string | null> {
  const patch: Record<string, string | null> = {};
  for (const [field, value] of Object.entries(fields)) {
    const key = nodeAnnotations[field as keyof typeof nodeAnnotations];
    if (value === undefined) patch[key] = null;
    else patch[key] = typeof value === 'object' ? `${value.ip}/${value.prefixLength}` : String(value);
  }
  return patch;
}

function ofFamily<T extends { readonly ip: Ip }>(value: T, family: Family): T {
  if (ipFamily(value.ip) !== family) throw new TypeError(`"${value.ip}" found, an IPv${family} address needed`);
  return value;
}

function readAsNumber(text: string): number {
  const number = parseAsNumber(text);
  if (number === undefined) throw new TypeError(`"${text}" found, an AS number from 1 to 4294967295 needed`);
  return number;
}
