import { closeSync, openSync } from 'node:fs';
import { errorText, hasCode, WeftError } from '../base/errors.ts';
import type { Link } from '../net/link.ts';
import {
  decodeLink,
  decodeLinkIndex,
  encodeDeleteLink,
  encodeGetLink,
  encodeGetLinks,
  encodeNewLink,
  encodeSetLink,
  type LinkChange,
  type LinkPlacement,
  type ListedLink,
} from '../netlink/link.ts';
import type { NameOf } from '../netlink/rtnetlink.ts';
import type { NetlinkSocket } from './netlink-socket.ts';
import { inNetns } from './netns.ts';
import { ioctl } from './syscalls.ts';

/** The namespace of a socket, as a descriptor. @see linux/sockios.h SIOCGSKNS */
const SIOCGSKNS = 0x894c;
/** @see linux/if_tun.h */
const TUNSETIFF = 0x400454ca;
const TUNSETPERSIST = 0x400454cb;
const IFF_NO_PI = 0x1000;

/** All devices of the namespace, in the kernel's order. */
export function listLinks(nl: NetlinkSocket): ListedLink[] {
  const bodies = nl.dump(encodeGetLinks(), 'list links').map(({ body }) => body);
  const names = new Map<number, string>();
  for (const body of bodies) {
    const { index, name } = decodeLink(body, String);
    names.set(index, name);
  }
  return bodies.map((body) => decodeLink(body, (index) => names.get(index) ?? `if${index}`));
}

/** The device of this name; `undefined` when there is none. */
export function getLink(nl: NetlinkSocket, name: string): ListedLink | undefined {
  try {
    const [reply] = nl.request(encodeGetLink(name), `read link "${name}"`);
    return reply === undefined ? undefined : decodeLink(reply.body, linkNames(nl));
  } catch (error) {
    if (hasCode(error, 'NETLINK_ENODEV')) return undefined;
    throw error;
  }
}

/**
 * Makes a device, and sets it up when it is to be up. A tun device is persistent: it outlives this process.
 *
 * @param placement namespaces (descriptors) for the device and for the peer of a veth pair
 * @throws WeftError NETLINK_EEXIST when the name is taken; NETLINK_<ERRNO>; NETLINK_LINK_KIND
 */
export function createLink(nl: NetlinkSocket, link: Link, placement: LinkPlacement = {}): void {
  if (link.type.kind === 'tun') {
    if (getLink(nl, link.name) !== undefined) {
      throw new WeftError('NETLINK_EEXIST', `Cannot create link "${link.name}": EEXIST`);
    }
    createTun(nl, link.name, link.type.mode);
    updateLink(nl, link);
    return;
  }
  const indexOf = (name: string) => linkIndex(nl, name);
  nl.request(encodeNewLink(link, indexOf, placement), `create link "${link.name}"`);
  // A device that went to another namespace is out of this socket's reach.
  if (link.up && placement.netns === undefined) {
    nl.request(encodeSetLink(link.name, { up: true }), `set up link "${link.name}"`);
  }
}

/** Brings MTU, MAC, up, NOARP and bridge membership to what is given; absent fields stay as they are. */
export function updateLink(nl: NetlinkSocket, link: Link): void {
  const change: { -readonly [K in keyof LinkChange]: LinkChange[K] } = { up: link.up };
  if (link.mtuBytes > 0) change.mtuBytes = link.mtuBytes;
  if (link.mac !== undefined) change.mac = link.mac;
  if (link.noArp !== undefined) change.noArp = link.noArp;
  if (link.master !== undefined) change.masterIndex = linkIndex(nl, link.master);
  nl.request(encodeSetLink(linkIndex(nl, link.name), change), `update link "${link.name}"`);
}

/** Removes a device, of a veth pair both ends. Idempotent. */
export function deleteLink(nl: NetlinkSocket, name: string): void {
  try {
    nl.request(encodeDeleteLink(name), `delete link "${name}"`);
  } catch (error) {
    if (!hasCode(error, 'NETLINK_ENODEV')) throw error;
  }
}

/** Moves a device to another namespace; there it is down. @throws WeftError NETLINK_ENODEV, NETLINK_EEXIST */
export function moveLink(nl: NetlinkSocket, name: string, netnsFd: number): void {
  nl.request(encodeSetLink(linkIndex(nl, name), { netnsFd }), `move link "${name}"`);
}

/** The number of a device. @throws WeftError NETLINK_ENODEV */
export function linkIndex(nl: NetlinkSocket, name: string): number {
  const [reply] = nl.request(encodeGetLink(name), `find link "${name}"`);
  if (reply === undefined) throw new WeftError('NETLINK_ENODEV', `Cannot find link "${name}": no answer`);
  return decodeLinkIndex(reply.body);
}

/** Numbers to names, from one listing made when the first name is asked for. A device that is gone is `if<number>`. */
export function linkNames(nl: NetlinkSocket): NameOf {
  let names: Map<number, string> | undefined;
  return (index) => {
    names ??= new Map(listLinks(nl).map((link) => [link.index, link.name]));
    return names.get(index) ?? `if${index}`;
  };
}

/** A device that is no link message's: opened through /dev/net/tun in the namespace of the socket, then kept. */
function createTun(nl: NetlinkSocket, name: string, mode: 'tun' | 'tap'): void {
  const netns = ioctl(nl.fd, SIOCGSKNS);
  try {
    inNetns(netns, () => {
      const fd = openSync('/dev/net/tun', 'r+');
      try {
        const request = Buffer.alloc(40);
        request.write(name, 0, 15);
        request.writeUInt16LE((mode === 'tun' ? 1 : 2) | IFF_NO_PI, 16);
        ioctl(fd, TUNSETIFF, request);
        ioctl(fd, TUNSETPERSIST, 1);
      } finally {
        closeSync(fd);
      }
    });
  } catch (cause) {
    throw new WeftError('HOST_TUN', `Cannot create link "${name}": ${errorText(cause)}`, { cause });
  } finally {
    closeSync(netns);
  }
}
