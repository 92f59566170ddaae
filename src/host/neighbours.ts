import { hasCode } from '../base/errors.ts';
import type { Neighbour } from '../net/link.ts';
import {
  asNeighbour,
  decodeNeighbour,
  encodeDeleteNeighbour,
  encodeGetNeighbours,
  encodeReplaceNeighbour,
} from '../netlink/neighbour.ts';
import { linkIndex, linkNames } from './links.ts';
import type { NetlinkSocket } from './netlink-socket.ts';

/** The permanent ARP and NDP entries of the namespace or of one device; learned ones come and go and are left out. */
export function listNeighbours(nl: NetlinkSocket, device?: string): Neighbour[] {
  const index = device === undefined ? 0 : linkIndex(nl, device);
  const nameOf = linkNames(nl);
  const found: Neighbour[] = [];
  for (const family of [4, 6] as const) {
    for (const { body } of nl.dump(encodeGetNeighbours(family, index), `list IPv${family} neighbours`)) {
      const neighbour = asNeighbour(decodeNeighbour(body, nameOf));
      if (neighbour !== undefined) found.push(neighbour);
    }
  }
  return found;
}

/** Makes a permanent entry, or changes the one that is there. @throws WeftError NETLINK_<ERRNO> */
export function replaceNeighbour(nl: NetlinkSocket, neighbour: Neighbour): void {
  const action = `add neighbour "${neighbour.ip} dev ${neighbour.device}"`;
  nl.request(encodeReplaceNeighbour(neighbour, linkIndex(nl, neighbour.device)), action);
}

/** Idempotent, also when the device is gone. */
export function deleteNeighbour(nl: NetlinkSocket, neighbour: Neighbour): void {
  try {
    const action = `delete neighbour "${neighbour.ip} dev ${neighbour.device}"`;
    nl.request(encodeDeleteNeighbour(neighbour, linkIndex(nl, neighbour.device)), action);
  } catch (error) {
    if (!hasCode(error, 'NETLINK_ENOENT', 'NETLINK_ENODEV')) throw error;
  }
}
