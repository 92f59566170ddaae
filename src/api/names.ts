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

/** The host side device of a container that is no pod: `cali` and the first 11 characters of its id. */
export function containerDeviceName(containerId: string): string {
  return `cali${containerId.slice(0, 11)}`;
}

/** The MAC of a node's VXLAN device: 66 and five bytes of the SHA-1 of the name, so that every node can compute it. */
export function vxlanMac(node: string, family: Family): Mac {
  const digest = createHash('sha1')
    .update(family === 4 ? node : `${node}-v6`)
    .digest();
  return macFromBytes(Uint8Array.from([0x66, ...digest.subarray(0, 5)]));
}

/** The value of label `projectcalico.org/hostname-hash`: unpadded base32 of the SHA3-256 of the host name. */
export function hostnameHash(host: string): string {
  return base32(createHash('sha3-256').update(host).digest());
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

/** @see RFC 4648 §6 */
function base32(bytes: Uint8Array): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
  let text = '';
  let bits = 0;
  let value = 0;
  for (const byte of bytes) {
    value = (value << 8) | byte;
    bits += 8;
    for (; bits >= 5; bits -= 5) text += alphabet[(value >> (bits - 5)) & 31];
    value &= (1 << bits) - 1;
  }
  return bits === 0 ? text : text + alphabet[(value << (5 - bits)) & 31];
}
