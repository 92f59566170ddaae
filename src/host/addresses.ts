import { hasCode } from '../base/errors.ts';
import type { InterfaceAddress } from '../net/link.ts';
import {
  decodeAddress,
  encodeDeleteAddress,
  encodeGetAddresses,
  encodeReplaceAddress,
} from '../netlink/interface-address.ts';
import { linkIndex, linkNames } from './links.ts';
import type { NetlinkSocket } from './netlink-socket.ts';

/** All addresses of the namespace, or of one device. @throws WeftError NETLINK_ENODEV for an unknown device */
export function listAddresses(nl: NetlinkSocket, device?: string): InterfaceAddress[] {
  const index = device === undefined ? 0 : linkIndex(nl, device);
  const nameOf = device === undefined ? linkNames(nl) : () => device;
  return nl.dump(encodeGetAddresses(undefined, index), 'list addresses').flatMap(({ body }) => {
    return decodeAddress(body, nameOf) ?? [];
  });
}

/** Gives a device an address, whether or not it has it already. IPv6: usable at once, without duplicate detection. */
export function replaceAddress(nl: NetlinkSocket, address: InterfaceAddress): void {
  const action = `add address "${describe(address)}"`;
  nl.request(encodeReplaceAddress(address, linkIndex(nl, address.device)), action);
}

/** Idempotent, also when the device is gone. */
export function deleteAddress(nl: NetlinkSocket, address: InterfaceAddress): void {
  try {
    const action = `delete address "${describe(address)}"`;
    nl.request(encodeDeleteAddress(address, linkIndex(nl, address.device)), action);
  } catch (error) {
    if (!hasCode(error, 'NETLINK_EADDRNOTAVAIL', 'NETLINK_ENODEV')) throw error;
  }
}

function describe(address: InterfaceAddress): string {
  return `${address.ip}/${address.prefixLength} dev ${address.device}`;
}
