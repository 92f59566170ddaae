import { mkdirSync, readdirSync } from 'node:fs';
import { WeftError } from '../base/errors.ts';
import { decapsulate } from '../bpf/decapsulate.ts';
import { encapsulate } from '../bpf/encapsulate.ts';
import type { DropReason } from '../bpf/ipip-maps.ts';
import { type Ip, ipFamily } from '../net/ip.ts';
import { isBpffs, mountBpffs, parsePinName, pinName, removePinFolder, unpin } from './bpf-filesystem.ts';
import type { EbpfTunnelActual, EbpfTunnelSpec } from './ebpf-tunnel.ts';
import { type Attachment, attachmentFault, ensureAttached, readAttached } from './ipip-attachment.ts';
import {
  ensureTunnelDevice,
  farEndOf,
  readTunnelDevice,
  removeTunnelDevice,
  type TunnelDevice,
} from './ipip-device.ts';
import {
  ensureIpipMaps,
  type IpipMaps,
  openIpipMaps,
  readDrops,
  readLocal,
  readPeers,
  unpinIpipMaps,
  writeLocal,
  writePeers,
} from './ipip-maps.ts';
import { getLink } from './links.ts';
import { NetlinkSocket } from './netlink-socket.ts';

export type { EbpfTunnelActual, EbpfTunnelSpec } from './ebpf-tunnel.ts';
export { sameIpipTunnel } from './ebpf-tunnel.ts';
export { hasIpipDriver } from './ipip-driver.ts';

/**
 * IP-in-IP tunnels for kernels without the ipip driver, in the network namespace of the calling thread.
 *
 * What makes a tunnel: a veth pair `tunl0`/`tunl0p`; a program on `tunl0p` that puts outer headers on; one on every
 * underlay device that takes them off; a folder of pins that keeps programs and maps when this process ends. The folder
 * is how a later process recognises what is ours: `<pinDirectory>/tunl0/{encapsulate,decapsulate-eth0,peers,...}`.
 */

const encapsulatePin = 'encapsulate';
const decapsulatePin = 'decapsulate-';

/**
 * Makes the tunnel as it should be and touches nothing that is right already. A change of peers changes map elements
 * only; a new generation of programs is swapped in without losing packets.
 *
 * @returns `created` when the device was made
 * @throws WeftError HOST_IPIP for a device name that is taken, an underlay device that is missing or an IPv6 address;
 * HOST_BPF_<ERRNO>; NETLINK_<ERRNO>
 */
export function ensureIpipTunnel(
  spec: EbpfTunnelSpec & { readonly pinDirectory: string },
): 'created' | 'updated' | 'unchanged' {
  requireIpv4(spec);
  const nl = NetlinkSocket.open();
  try {
    const underlay = spec.underlay.toSorted().map((name) => ({ name, index: underlayIndex(nl, spec.device, name) }));
    mountBpffs(spec.pinDirectory);
    const folder = pinFolder(spec.device, spec.pinDirectory);
    mkdirSync(folder, { recursive: true });
    const maps = ensureIpipMaps(folder);
    try {
      let changed = maps.changed;
      const { device, change } = ensureTunnelDevice(nl, spec.device, spec.mtuBytes);
      // Peers before programs: a program that runs refuses strangers from its first packet on.
      changed = writePeers(maps, spec.peers) || changed;
      for (const attachment of attachments(folder, device, spec.local, underlay)) {
        changed = ensureAttached(attachment, maps) || changed;
      }
      changed = unpinOthers(folder, spec.underlay) || changed;
      if (readLocal(maps) !== spec.local) writeLocal(maps, spec.local);
      return change === 'unchanged' && changed ? 'updated' : change;
    } finally {
      maps.close();
    }
  } finally {
    nl.close();
  }
}

/** The tunnel as it is; `undefined` when there is neither a pin nor a device pair of that name. */
export function readIpipTunnel(device: string, pinDirectory: string): EbpfTunnelActual | undefined {
  const nl = NetlinkSocket.open();
  try {
    const folder = pinFolder(device, pinDirectory);
    const found = readTunnelDevice(nl, device);
    if (found.device === undefined && !isBpffs(folder)) return undefined;
    const faults = [...found.faults];
    const maps = openIpipMaps(folder);
    if (maps === undefined) {
      return {
        device,
        mtuBytes: found.mtuBytes,
        local: undefined,
        underlay: [],
        peers: [],
        faults: [...faults, 'maps are missing'],
      };
    }
    try {
      const local = readLocal(maps);
      const underlay = attachedUnderlay(nl, folder);
      const peers = readPeers(maps);
      if (local === undefined) faults.push('programs are missing');
      else if (found.device !== undefined) {
        faults.push(...programFaults(attachments(folder, found.device, local, underlay), maps));
      }
      return { device, mtuBytes: found.mtuBytes, local, underlay: underlay.map(({ name }) => name), peers, faults };
    } finally {
      maps.close();
    }
  } finally {
    nl.close();
  }
}

/** All tunnels of ours: those with a folder of pins. */
export function listIpipTunnels(pinDirectory: string): EbpfTunnelActual[] {
  if (!isBpffs(pinDirectory)) return [];
  return readdirSync(pinDirectory, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .flatMap((entry) => readIpipTunnel(parsePinName(entry.name), pinDirectory) ?? []);
}

/** Removes programs, maps and device. Idempotent. */
export function removeIpipTunnel(device: string, pinDirectory: string): void {
  const folder = pinFolder(device, pinDirectory);
  if (isBpffs(folder)) {
    // Pins go one by one, encapsulation first: nothing is sent into a tunnel that no longer answers.
    unpin(`${folder}/${encapsulatePin}`);
    unpinOthers(folder, []);
    unpinIpipMaps(folder);
    removePinFolder(folder);
  }
  const nl = NetlinkSocket.open();
  try {
    removeTunnelDevice(nl, device);
  } finally {
    nl.close();
  }
}

/** How many packets the tunnel's programs have dropped, by reason; `undefined` when there is no such tunnel. */
export function readIpipDrops(device: string, pinDirectory: string): Readonly<Record<DropReason, bigint>> | undefined {
  const maps = openIpipMaps(pinFolder(device, pinDirectory));
  try {
    return maps === undefined ? undefined : readDrops(maps);
  } finally {
    maps?.close();
  }
}

interface Underlay {
  readonly name: string;
  /** 0 when the device that the program was attached to is gone. */
  readonly index: number;
}

/** Every program of the tunnel and its place; decapsulation first, so that an answer finds its way in. */
function attachments(folder: string, device: TunnelDevice, local: Ip, underlay: readonly Underlay[]): Attachment[] {
  const decapsulateProgram = decapsulate({ tunnelIndex: device.index, tunnelMac: device.mac, local });
  const receivers = underlay.map(({ name, index }) => ({
    pin: `${folder}/${decapsulatePin}${pinName(name)}`,
    program: decapsulateProgram,
    ifindex: index,
  }));
  const underlayIndexes = underlay.map(({ index }) => index);
  if (underlayIndexes.length === 0) return receivers;
  const program = encapsulate({ tunnelIndex: device.index, local, underlayIndexes });
  return [...receivers, { pin: `${folder}/${encapsulatePin}`, program, ifindex: device.farIndex }];
}

function programFaults(wanted: readonly Attachment[], maps: IpipMaps): string[] {
  if (wanted.length === 0) return ['no program is attached'];
  return wanted.flatMap((attachment) => attachmentFault(attachment, maps, readAttached(attachment.pin)) ?? []);
}

/** The underlay devices by the links that are pinned for them; one whose device was made anew is reported by its name. */
function attachedUnderlay(nl: NetlinkSocket, folder: string): Underlay[] {
  return decapsulatePins(folder)
    .map((name) => ({ name, index: getLink(nl, name)?.index ?? 0 }))
    .filter(({ index }) => index !== 0)
    .toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

/** Detaches from underlay devices that are not named; says whether there were any. */
function unpinOthers(folder: string, underlay: readonly string[]): boolean {
  const others = decapsulatePins(folder).filter((name) => !underlay.includes(name));
  for (const name of others) unpin(`${folder}/${decapsulatePin}${pinName(name)}`);
  return others.length > 0;
}

function decapsulatePins(folder: string): string[] {
  return readdirSync(folder)
    .filter((name) => name.startsWith(decapsulatePin))
    .map((name) => parsePinName(name.slice(decapsulatePin.length)));
}

function pinFolder(device: string, pinDirectory: string): string {
  return `${pinDirectory}/${pinName(device)}`;
}

function underlayIndex(nl: NetlinkSocket, device: string, underlay: string): number {
  const link = getLink(nl, underlay);
  if (link !== undefined) return link.index;
  throw new WeftError('HOST_IPIP', `Cannot make tunnel "${device}": underlay device "${underlay}" is missing`);
}

function requireIpv4(spec: EbpfTunnelSpec): void {
  farEndOf(spec.device);
  const wrong = [spec.local, ...spec.peers].find((ip) => ipFamily(ip) !== 4);
  if (wrong !== undefined) {
    throw new WeftError('HOST_IPIP', `Cannot make tunnel "${spec.device}": address "${wrong}" found, IPv4 needed`);
  }
  if (spec.underlay.length === 0) {
    throw new WeftError('HOST_IPIP', `Cannot make tunnel "${spec.device}": no underlay device found, one needed`);
  }
}
