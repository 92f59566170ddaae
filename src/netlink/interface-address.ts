import type { Ip } from '../net/ip.ts';
import type { InterfaceAddress } from '../net/link.ts';
import { eachAttribute } from './attribute.ts';
import { malformed, readU32, requireLength } from './bytes.ts';
import { addressFamily, decodeIp, encodeIp, familyNumber } from './ip-bytes.ts';
import { type NetlinkMessage, netlinkFlag, outgoing } from './message.ts';
import { type NameOf, routeMessage, scopeName, scopeNumber } from './rtnetlink.ts';
import { writeBody } from './writer.ts';

const IFA = { address: 1, local: 2, broadcast: 4, flags: 8 } as const;
/** No duplicate address detection: an address that we own is used at once. @see linux/if_addr.h IFA_F_NODAD */
const IFA_F_NODAD = 0x02;
/** `struct ifaddrmsg`. */
const ifaddrmsgLength = 8;

/** RTM_NEWADDR; IPv6 addresses come without duplicate address detection. */
export function encodeReplaceAddress(address: InterfaceAddress, index: number): NetlinkMessage {
  const flags = netlinkFlag.create | netlinkFlag.replace;
  return outgoing(routeMessage.newAddress, flags, encodeBody(address, index));
}

/** RTM_DELADDR. */
export function encodeDeleteAddress(address: InterfaceAddress, index: number): NetlinkMessage {
  return outgoing(routeMessage.deleteAddress, 0, encodeBody(address, index));
}

/** RTM_GETADDR for a dump, of one device when its number is given. */
export function encodeGetAddresses(family: 4 | 6 | undefined, index = 0): NetlinkMessage {
  const number = family === undefined ? 0 : family === 4 ? addressFamily.inet : addressFamily.inet6;
  const body = writeBody((writer) => writer.u8(number).u8(0).u8(0).u8(0).u32(index));
  return outgoing(routeMessage.getAddress, netlinkFlag.dump, body);
}

/**
 * The address of an RTM_NEWADDR or RTM_DELADDR body; `undefined` for families other than IP.
 *
 * @throws WeftError NETLINK_MALFORMED
 */
export function decodeAddress(body: Uint8Array, nameOf: NameOf): InterfaceAddress | undefined {
  requireLength(body, ifaddrmsgLength, 'struct ifaddrmsg');
  if (body[0] !== addressFamily.inet && body[0] !== addressFamily.inet6) return undefined;
  let local: Ip | undefined;
  let address: Ip | undefined;
  eachAttribute(body, ifaddrmsgLength, body.length, (type, start, end) => {
    // On a point-to-point device IFA_ADDRESS is the other end and IFA_LOCAL ours; IPv6 usually has IFA_ADDRESS alone.
    if (type === IFA.local) local = decodeIp(body, start, end);
    if (type === IFA.address) address = decodeIp(body, start, end);
  });
  const ip = local ?? address;
  if (ip === undefined) throw malformed('address message without an address');
  const scope = scopeName(body[3] ?? 0);
  const device = nameOf(readU32(body, 4));
  return { device, ip, prefixLength: body[1] ?? 0, ...(scope === 'universe' ? {} : { scope }) };
}

/** `struct ifaddrmsg { __u8 family, prefixlen, flags, scope; __u32 index; }` */
function encodeBody(address: InterfaceAddress, index: number): Uint8Array {
  return writeBody((writer) => {
    const family = familyNumber(address.ip);
    const v6 = family === addressFamily.inet6;
    const bytes = encodeIp(address.ip);
    writer
      .u8(family)
      .u8(address.prefixLength)
      .u8(v6 ? IFA_F_NODAD : 0);
    writer.u8(scopeNumber[address.scope ?? 'universe']).u32(index);
    writer.attribute(IFA.local, bytes).attribute(IFA.address, bytes);
    const broadcast = v6 ? undefined : broadcastAddress(bytes, address.prefixLength);
    if (broadcast !== undefined) writer.attribute(IFA.broadcast, broadcast);
  });
}

/** Networks with room for one (up to /30) get their last address, as `ip address add ... brd +` does. */
function broadcastAddress(bytes: Uint8Array, prefixLength: number): Uint8Array | undefined {
  if (prefixLength > 30 || bytes[0] === 127) return undefined;
  return bytes.map((byte, i) => byte | (0xff >> Math.min(8, Math.max(0, prefixLength - i * 8))));
}
