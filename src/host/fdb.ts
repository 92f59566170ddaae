import { hasCode } from '../base/errors.ts';
import type { FdbEntry } from '../net/link.ts';
import {
  asFdbEntry,
  decodeNeighbour,
  encodeDeleteFdbEntry,
  encodeGetNeighbours,
  encodeReplaceFdbEntry,
} from '../netlink/neighbour.ts';
import { linkIndex, linkNames } from './links.ts';
import type { NetlinkSocket } from './netlink-socket.ts';

/** The permanent forwarding entries with a remote end, of all vxlan devices or of one. */
export function listFdbEntries(nl: NetlinkSocket, device?: string): FdbEntry[] {
  const index = device === undefined ? 0 : linkIndex(nl, device);
  const nameOf = linkNames(nl);
  return nl.dump(encodeGetNeighbours('bridge', index), 'list forwarding entries').flatMap(({ body }) => {
    return asFdbEntry(decodeNeighbour(body, nameOf)) ?? [];
  });
}

/** Makes an entry, or points the one for this MAC to another remote end. @throws WeftError NETLINK_<ERRNO> */
export function replaceFdbEntry(nl: NetlinkSocket, entry: FdbEntry): void {
  const action = `add forwarding entry "${entry.mac} dev ${entry.device}"`;
  nl.request(encodeReplaceFdbEntry(entry, linkIndex(nl, entry.device)), action);
}

/** Idempotent, also when the device is gone. */
export function deleteFdbEntry(nl: NetlinkSocket, entry: FdbEntry): void {
  try {
    const action = `delete forwarding entry "${entry.mac} dev ${entry.device}"`;
    nl.request(encodeDeleteFdbEntry(entry, linkIndex(nl, entry.device)), action);
  } catch (error) {
    if (!hasCode(error, 'NETLINK_ENOENT', 'NETLINK_ENODEV')) throw error;
  }
}
