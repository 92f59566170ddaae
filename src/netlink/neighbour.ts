import type { Ip } from '../net/ip.ts';
import type { FdbEntry, Neighbour } from '../net/link.ts';
import { type Mac, macToBytes } from '../net/mac.ts';
import { eachAttribute } from './attribute.ts';
import { readU16, readU32, requireLength } from './bytes.ts';
import { addressFamily, decodeIp, decodeMac, familyNumber } from './ip-bytes.ts';
import { type NetlinkMessage, netlinkFlag, outgoing } from './message.ts';
import { type NameOf, routeMessage } from './rtnetlink.ts';
import { type BodyWriter, writeBody } from './writer.ts';

const NDA = { dst: 1, lladdr: 2, ifindex: 8 } as const;
const NUD_PERMANENT = 0x80;
/** The entry is the device's own (vxlan), not its bridge's. @see linux/neighbour.h NTF_SELF */
const NTF_SELF = 0x02;
/** `struct ndmsg`. */
const ndmsgLength = 12;

/** What an ndmsg says, of any state and family; {@link asNeighbour} and {@link asFdbEntry} pick out ours. */
export interface NeighbourMessage {
  readonly family: number;
  readonly device: string;
  readonly state: number;
  readonly flags: number;
  readonly ip?: Ip;
  readonly mac?: Mac;
}

/** RTM_NEWNEIGH of a permanent entry, in place of what is there. */
export function encodeReplaceNeighbour(neighbour: Neighbour, index: number): NetlinkMessage {
  const flags = netlinkFlag.create | netlinkFlag.replace;
  return outgoing(routeMessage.newNeighbour, flags, encodeNeighbour(neighbour, index));
}

/** RTM_DELNEIGH. */
export function encodeDeleteNeighbour(neighbour: Neighbour, index: number): NetlinkMessage {
  return outgoing(routeMessage.deleteNeighbour, 0, encodeNeighbour(neighbour, index));
}

/** RTM_NEWNEIGH with AF_BRIDGE and NTF_SELF: frames for the MAC go to the remote tunnel end. */
export function encodeReplaceFdbEntry(entry: FdbEntry, index: number): NetlinkMessage {
  const flags = netlinkFlag.create | netlinkFlag.replace;
  return outgoing(routeMessage.newNeighbour, flags, encodeFdb(entry, index));
}

/** RTM_DELNEIGH with AF_BRIDGE and NTF_SELF. */
export function encodeDeleteFdbEntry(entry: FdbEntry, index: number): NetlinkMessage {
  return outgoing(routeMessage.deleteNeighbour, 0, encodeFdb(entry, index));
}

/** RTM_GETNEIGH for a dump of one family, of one device when its number is given. */
export function encodeGetNeighbours(family: 4 | 6 | 'bridge', index = 0): NetlinkMessage {
  const bridge = family === 'bridge';
  const number = bridge ? addressFamily.bridge : family === 4 ? addressFamily.inet : addressFamily.inet6;
  const body = writeBody((writer) => {
    // The forwarding table is filtered by ndm_ifindex, neighbours by NDA_IFINDEX: each strict check refuses the other.
    writeHeader(writer, number, bridge ? index : 0, 0, 0);
    if (!bridge && index !== 0) writer.attributeU32(NDA.ifindex, index);
  });
  return outgoing(routeMessage.getNeighbour, netlinkFlag.dump, body);
}

/** @throws WeftError NETLINK_MALFORMED */
export function decodeNeighbour(body: Uint8Array, nameOf: NameOf): NeighbourMessage {
  requireLength(body, ndmsgLength, 'struct ndmsg');
  let ip: Ip | undefined;
  let mac: Mac | undefined;
  eachAttribute(body, ndmsgLength, body.length, (type, start, end) => {
    if (type === NDA.dst) ip = decodeIp(body, start, end);
    if (type === NDA.lladdr) mac = decodeMac(body, start, end);
  });
  return {
    family: body[0] ?? 0,
    device: nameOf(readU32(body, 4)),
    state: readU16(body, 8),
    flags: body[10] ?? 0,
    ...(ip === undefined ? {} : { ip }),
    ...(mac === undefined ? {} : { mac }),
  };
}

/** The permanent neighbour entry that a message is about; `undefined` for learned ones and other families. */
export function asNeighbour(message: NeighbourMessage): Neighbour | undefined {
  const { device, family, ip, mac, state } = message;
  if (family !== addressFamily.inet && family !== addressFamily.inet6) return undefined;
  if ((state & NUD_PERMANENT) === 0 || ip === undefined || mac === undefined) return undefined;
  return { device, ip, mac };
}

/** The permanent forwarding entry with a remote end that a message is about; `undefined` for anything else. */
export function asFdbEntry(message: NeighbourMessage): FdbEntry | undefined {
  const { device, family, flags, ip, mac, state } = message;
  if (family !== addressFamily.bridge || (flags & NTF_SELF) === 0 || (state & NUD_PERMANENT) === 0) return undefined;
  return ip === undefined || mac === undefined ? undefined : { device, mac, remote: ip };
}

function encodeNeighbour(neighbour: Neighbour, index: number): Uint8Array {
  return writeBody((writer) => {
    writeHeader(writer, familyNumber(neighbour.ip), index, NUD_PERMANENT, 0);
    writer.attributeIp(NDA.dst, neighbour.ip).attribute(NDA.lladdr, macToBytes(neighbour.mac));
  });
}

function encodeFdb(entry: FdbEntry, index: number): Uint8Array {
  return writeBody((writer) => {
    writeHeader(writer, addressFamily.bridge, index, NUD_PERMANENT, NTF_SELF);
    writer.attribute(NDA.lladdr, macToBytes(entry.mac)).attributeIp(NDA.dst, entry.remote);
  });
}

/** `struct ndmsg { __u8 family, pad1; __u16 pad2; __s32 ifindex; __u16 state; __u8 flags, type; }` */
function writeHeader(writer: BodyWriter, family: number, index: number, state: number, flags: number): void {
  writer.u32(family).u32(index).u16(state).u8(flags).u8(0);
}
