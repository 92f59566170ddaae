import { createHash } from 'node:crypto';
import type { Cidr } from '../net/cidr.ts';
import type { Family } from '../net/ip.ts';
import { type Mac, macFromBytes } from '../net/mac.ts';

/** The object name of an IPAMBlock: `10.0.0.0/26` is `10-0-0-0-26`, `fd00::/122` is `fd00---122`. */
export function blockName(cidr: Cidr): string {
  return cidr.replace(/[.:/]/g, '-');
}

/** The host side device of a pod: the prefix and 11 hex digits, `calic440f455693` for default/nginx. */
export function podDeviceName(namespace: string, pod: string, prefix = 'cali'): string {
  return prefix + createHash('sha1').update(`${namespace}.${pod}`).digest('hex').slice(0, 11);
}

/**
 * The host side device of a container that is no pod: `cali` and the first 11 characters of its id. Ids that people
 * choose (`default-web1`, `default-web2`) may begin alike: those that are longer and not hexadecimal are digested.
 */
export function containerDeviceName(containerId: string): string {
  if (containerId.length <= 11 || /^[0-9a-f]+$/.test(containerId)) return `cali${containerId.slice(0, 11)}`;
  return `cali${createHash('sha1').update(containerId).digest('hex').slice(0, 11)}`;
}

/**
 * A name that can be a file's: itself when it is plain and short, else `sha256-` and its digest. Container ids may be
 * longer than a file name, and interface names may hold nearly anything.
 */
export function plainFileName(name: string): string {
  if (/^[A-Za-z0-9][A-Za-z0-9_.@-]{0,199}$/.test(name)) return name;
  return `sha256-${createHash('sha256').update(name).digest('hex')}`;
}

/** The MAC of a node's VXLAN device: 66 and five bytes of the SHA-1 of the name, so that every node can compute it. */
export function vxlanMac(node: string, family: Family): Mac {
  const digest = createHash('sha1')
    .update(family === 4 ? node : `${node}-v6`)
    .digest();
  return macFromBytes(Uint8Array.from([0x66, ...digest.subarray(0, 5)]));
}

/** What a tunnel address is for. The values are those of the allocation attribute `type`. */
export type TunnelAddressType = 'ipipTunnelAddress' | 'vxlanTunnelAddress' | 'vxlanV6TunnelAddress';

/** The IPAM handle of a pod's addresses: `k8s-pod-network.CONTAINER-ID`. */
export function podHandle(networkName: string, containerId: string): string {
  return `${networkName}.${containerId}`;
}

/** The IPAM handle of a node's tunnel address: `vxlan-tunnel-addr-NODE`. */
export function tunnelHandle(type: TunnelAddressType, node: string): string {
  return `${tunnelHandlePrefix[type]}${node}`;
}

const tunnelHandlePrefix = {
  ipipTunnelAddress: 'ipip-tunnel-addr-',
  vxlanTunnelAddress: 'vxlan-tunnel-addr-',
  vxlanV6TunnelAddress: 'vxlan-v6-tunnel-addr-',
} as const;
