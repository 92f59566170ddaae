import { WeftError } from '../base/errors.ts';
import type { Mac } from '../net/mac.ts';
import { createLink, deleteLink, getLink, updateLink } from './links.ts';
import type { NetlinkSocket } from './netlink-socket.ts';
import { readSysctl, writeSysctl } from './sysctl.ts';

/** The tunnel device as far as programs need to know it. */
export interface TunnelDevice {
  readonly index: number;
  readonly mac: Mac;
  /** Index of the far end, where packets come out that were routed into the tunnel. */
  readonly farIndex: number;
}

/** What {@link readTunnelDevice} found. */
export interface TunnelDeviceState {
  /** Absent when the pair is incomplete or of another kind. */
  readonly device: TunnelDevice | undefined;
  /** 0 when absent. */
  readonly mtuBytes: number;
  readonly faults: readonly string[];
}

/** Name of the far end of the pair: `tunl0p`. @throws WeftError HOST_IPIP when it would be too long for the kernel */
export function farEndOf(device: string): string {
  if (device.length <= 14) return `${device}p`;
  throw new WeftError(
    'HOST_IPIP',
    `Cannot make tunnel "${device}": ${device.length} characters found, at most 14 needed`,
  );
}

/** Both ends of the pair as they are. */
export function readTunnelDevice(nl: NetlinkSocket, device: string): TunnelDeviceState {
  const far = farEndOf(device);
  const [near, end] = [getLink(nl, device), getLink(nl, far)];
  const faults: string[] = [];
  for (const [name, link] of [[device, near] as const, [far, end] as const]) {
    if (link === undefined) {
      faults.push(`device "${name}" is missing`);
      continue;
    }
    if (link.type.kind !== 'veth') faults.push(`device "${name}" is of kind "${link.type.kind}"`);
    if (!link.up) faults.push(`device "${name}" is down`);
    if (link.noArp !== true) faults.push(`device "${name}" does ARP`);
    if (readSysctl(disableIpv6(name)) === '0') faults.push(`device "${name}" does IPv6`);
  }
  if (near !== undefined && end !== undefined && near.mtuBytes !== end.mtuBytes) {
    faults.push(`device "${far}" has MTU ${end.mtuBytes}`);
  }
  const whole = near?.type.kind === 'veth' && end?.type.kind === 'veth' && near.mac !== undefined;
  return {
    device: whole ? { index: near.index, mac: near.mac, farIndex: end.index } : undefined,
    mtuBytes: near?.mtuBytes ?? 0,
    faults,
  };
}

/**
 * Brings the pair to what it should be; addresses and routes are not touched.
 *
 * @throws WeftError HOST_IPIP when the name belongs to a device of another kind; NETLINK_<ERRNO>
 */
export function ensureTunnelDevice(
  nl: NetlinkSocket,
  name: string,
  mtuBytes: number,
): { readonly device: TunnelDevice; readonly change: 'created' | 'updated' | 'unchanged' } {
  const before = readTunnelDevice(nl, name);
  if (before.device !== undefined && before.faults.length === 0 && before.mtuBytes === mtuBytes) {
    return { device: before.device, change: 'unchanged' };
  }
  const far = farEndOf(name);
  const type = { kind: 'veth', peer: far } as const;
  if (before.device === undefined) {
    refuseForeign(nl, name);
    // Half a pair, or ends of two pairs: nothing to repair.
    deleteLink(nl, name);
    deleteLink(nl, far);
    createLink(nl, { name, type, mtuBytes, up: false });
  }
  for (const end of [name, far]) {
    // Before the device is up, or it sends router solicitations into the tunnel.
    if (readSysctl(disableIpv6(end)) === '0') writeSysctl({ path: disableIpv6(end), value: '1' });
    updateLink(nl, { name: end, type, mtuBytes, up: true, noArp: true });
  }
  const after = readTunnelDevice(nl, name);
  if (after.device === undefined) {
    throw new WeftError('HOST_IPIP', `Cannot make tunnel "${name}": ${after.faults.join(', ')}`);
  }
  return { device: after.device, change: before.device === undefined ? 'created' : 'updated' };
}

/** Removes the pair, but never a device of another kind that bears the name. Idempotent. */
export function removeTunnelDevice(nl: NetlinkSocket, name: string): void {
  for (const end of [name, farEndOf(name)]) {
    if (getLink(nl, end)?.type.kind === 'veth') deleteLink(nl, end);
  }
}

function refuseForeign(nl: NetlinkSocket, name: string): void {
  for (const end of [name, farEndOf(name)]) {
    const kind = getLink(nl, end)?.type.kind ?? 'veth';
    if (kind === 'veth') continue;
    const found = `a device "${end}" of kind "${kind}" found`;
    throw new WeftError('HOST_IPIP', `Cannot make tunnel "${name}": ${found}, remove it first (ip link delete ${end})`);
  }
}

function disableIpv6(device: string): string {
  return `ipv6/conf/${device}/disable_ipv6`;
}
