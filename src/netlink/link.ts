import type { Link, LinkKind } from '../net/link.ts';
import { type Mac, macToBytes } from '../net/mac.ts';
import { eachAttribute, requireValue } from './attribute.ts';
import { readI32, readText, readU32, requireLength } from './bytes.ts';
import { decodeMac } from './ip-bytes.ts';
import { decodeLinkKind, writeLinkKind } from './link-kind.ts';
import { type NetlinkMessage, netlinkFlag, outgoing } from './message.ts';
import { type IndexOf, type NameOf, routeMessage } from './rtnetlink.ts';
import { type BodyWriter, writeBody } from './writer.ts';

/** @see linux/if_link.h IFLA_* */
export const IFLA = {
  address: 1,
  ifname: 3,
  mtu: 4,
  link: 5,
  master: 10,
  linkinfo: 18,
  afSpec: 26,
  netnsFd: 28,
  extMask: 29,
  numTxQueues: 31,
  numRxQueues: 32,
  carrier: 33,
  linkNetnsid: 37,
} as const;

/** @see linux/if.h IFF_* */
const IFF = { up: 0x1, noArp: 0x80 } as const;

const VETH_INFO_PEER = 1;
/** Counters are most of what the kernel tells about a device, and nobody here reads them. @see linux/rtnetlink.h */
const RTEXT_FILTER_SKIP_STATS = 8;
/** `struct ifinfomsg`. */
const ifinfomsgLength = 16;

/** A device as the kernel tells it. */
export type ListedLink = Link & { readonly index: number; readonly carrier: boolean };

/** Where a new device, and the peer of a veth pair, are to live; descriptors of network namespaces. */
export interface LinkPlacement {
  readonly netns?: number;
  readonly peerNetns?: number;
  readonly peerMac?: Mac;
  /** Transmit and receive queues of each end; one for every processor when absent. */
  readonly queues?: number;
}

/** What a change of a device may touch; absent fields stay. */
export interface LinkChange {
  readonly mtuBytes?: number;
  readonly mac?: Mac;
  readonly up?: boolean;
  readonly noArp?: boolean;
  /** Number of the bridge; 0 takes the device out of its bridge. */
  readonly masterIndex?: number;
  readonly netnsFd?: number;
}

/**
 * RTM_NEWLINK that must make a new device. It stays down: the kernel refuses IFF_UP in the message that makes a veth
 * (its peer does not exist yet, ENOTCONN), so up is a message of its own, {@link encodeSetLink}.
 */
export function encodeNewLink(link: Link, indexOf: IndexOf, placement: LinkPlacement = {}): NetlinkMessage {
  const body = writeBody((writer) => {
    // Untouched unless said: a kernel tunnel has NOARP from the start.
    writeHeader(writer, 0, link.noArp === true ? IFF.noArp : 0, link.noArp === undefined ? 0 : IFF.noArp);
    writeCommon(writer, link.name, link.mtuBytes, link.mac);
    if (link.master !== undefined) writer.attributeU32(IFLA.master, indexOf(link.master));
    if (placement.netns !== undefined) writer.attributeU32(IFLA.netnsFd, placement.netns);
    writeQueues(writer, placement.queues);
    writer.nest(IFLA.linkinfo, () => {
      writeLinkKind(writer, link.type, indexOf, () => {
        if (link.type.kind !== 'veth' || link.type.peer === undefined) return;
        writePeer(writer, link.type.peer, link.mtuBytes, placement);
      });
    });
  });
  return outgoing(routeMessage.newLink, netlinkFlag.create | netlinkFlag.exclusive, body);
}

/** RTM_SETLINK of the device with this number or name. */
export function encodeSetLink(device: number | string, change: LinkChange, more?: (writer: BodyWriter) => void) {
  const body = writeBody((writer) => {
    const flags = (change.up === true ? IFF.up : 0) | (change.noArp === true ? IFF.noArp : 0);
    const mask = (change.up === undefined ? 0 : IFF.up) | (change.noArp === undefined ? 0 : IFF.noArp);
    writeHeader(writer, typeof device === 'number' ? device : 0, flags, mask);
    writeCommon(writer, typeof device === 'string' ? device : undefined, change.mtuBytes, change.mac);
    if (change.masterIndex !== undefined) writer.attributeU32(IFLA.master, change.masterIndex);
    if (change.netnsFd !== undefined) writer.attributeU32(IFLA.netnsFd, change.netnsFd);
    more?.(writer);
  });
  return outgoing(routeMessage.setLink, 0, body);
}

/** RTM_DELLINK of the device with this number or name; a veth takes its peer along. */
export function encodeDeleteLink(device: number | string): NetlinkMessage {
  return outgoing(routeMessage.deleteLink, 0, encodeSelector(device));
}

/** RTM_GETLINK of one device. */
export function encodeGetLink(device: number | string): NetlinkMessage {
  return outgoing(routeMessage.getLink, 0, encodeSelector(device, RTEXT_FILTER_SKIP_STATS));
}

/** RTM_GETLINK for a dump of all devices. */
export function encodeGetLinks(): NetlinkMessage {
  return outgoing(routeMessage.getLink, netlinkFlag.dump, encodeSelector(0, RTEXT_FILTER_SKIP_STATS));
}

/** The number alone of the device of an RTM_NEWLINK body. @throws WeftError NETLINK_MALFORMED */
export function decodeLinkIndex(body: Uint8Array): number {
  requireLength(body, ifinfomsgLength, 'struct ifinfomsg');
  return readI32(body, 4);
}

/**
 * The device of an RTM_NEWLINK or RTM_DELLINK body.
 *
 * @param nameOf names of the devices that this one refers to (master, underlay)
 * @throws WeftError NETLINK_MALFORMED
 */
export function decodeLink(body: Uint8Array, nameOf: NameOf): ListedLink {
  requireLength(body, ifinfomsgLength, 'struct ifinfomsg');
  const found: { name: string; mtuBytes: number; mac?: Mac; master?: string; carrier: boolean } = {
    name: '',
    mtuBytes: 0,
    carrier: false,
  };
  let link: number | undefined;
  let elsewhere = false;
  let info: { start: number; end: number } | undefined;
  eachAttribute(body, ifinfomsgLength, body.length, (type, start, end) => {
    if (type === IFLA.ifname) found.name = readText(body, start, end);
    if (type === IFLA.mtu || type === IFLA.master || type === IFLA.link) requireValue(start, end, 4, `IFLA ${type}`);
    if (type === IFLA.mtu) found.mtuBytes = readU32(body, start);
    if (type === IFLA.master) found.master = nameOf(readU32(body, start));
    if (type === IFLA.link) link = readU32(body, start);
    if (type === IFLA.linkNetnsid) elsewhere = true;
    if (type === IFLA.carrier) found.carrier = body[start] === 1;
    if (type === IFLA.linkinfo) info = { start, end };
    if (type === IFLA.address) {
      const mac = decodeMac(body, start, end);
      if (mac !== undefined) found.mac = mac;
    }
  });
  const peer = link === undefined || link === 0 || elsewhere ? undefined : nameOf(link);
  const type: LinkKind = decodeLinkKind(body, info, nameOf, peer);
  const flags = readU32(body, 8);
  const noArp = (flags & IFF.noArp) !== 0;
  const up = (flags & IFF.up) !== 0;
  return { ...found, type, up, index: decodeLinkIndex(body), ...(noArp ? { noArp } : {}) };
}

function encodeSelector(device: number | string, extMask = 0): Uint8Array {
  return writeBody((writer) => {
    writeHeader(writer, typeof device === 'number' ? device : 0, 0, 0);
    if (typeof device === 'string') writer.attributeText(IFLA.ifname, device);
    if (extMask !== 0) writer.attributeU32(IFLA.extMask, extMask);
  });
}

/** `struct ifinfomsg { __u8 family, pad; __u16 type; __s32 index; __u32 flags, change; }` */
function writeHeader(writer: BodyWriter, index: number, flags: number, change: number): void {
  writer.u32(0).u32(index).u32(flags).u32(change);
}

function writeCommon(writer: BodyWriter, name: string | undefined, mtuBytes: number | undefined, mac: Mac | undefined) {
  if (name !== undefined) writer.attributeText(IFLA.ifname, name);
  if (mtuBytes !== undefined && mtuBytes > 0) writer.attributeU32(IFLA.mtu, mtuBytes);
  if (mac !== undefined) writer.attribute(IFLA.address, macToBytes(mac));
}

/** VETH_INFO_PEER is a whole link message of its own. @see linux/veth.h */
function writePeer(writer: BodyWriter, name: string, mtuBytes: number, placement: LinkPlacement): void {
  writer.nest(VETH_INFO_PEER, () => {
    writeHeader(writer, 0, 0, 0);
    writeCommon(writer, name, mtuBytes, placement.peerMac);
    if (placement.peerNetns !== undefined) writer.attributeU32(IFLA.netnsFd, placement.peerNetns);
    writeQueues(writer, placement.queues);
  });
}

function writeQueues(writer: BodyWriter, queues: number | undefined): void {
  if (queues !== undefined) writer.attributeU32(IFLA.numTxQueues, queues).attributeU32(IFLA.numRxQueues, queues);
}
