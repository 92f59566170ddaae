import { isLinkLocal } from '../net/ip.ts';
import type { InterfaceAddress } from '../net/link.ts';
import type { Resource } from '../reconcile/resource.ts';
import { deleteAddress, listAddresses, replaceAddress } from './addresses.ts';
import { applyEach } from './apply-each.ts';
import type { NetlinkSocket } from './netlink-socket.ts';
import { isOurTunnel, isPodDevice } from './our-devices.ts';

/** Addresses of tunnel and pod devices. Ours: every address on one of these but the kernel's own fe80::. */
export function addressResource(nl: NetlinkSocket): Resource<InterfaceAddress> {
  const key = (address: InterfaceAddress): string => `${address.device} ${address.ip}/${address.prefixLength}`;
  return {
    name: 'address',
    key,
    equal: (actual, desired) => (actual.scope ?? 'universe') === (desired.scope ?? 'universe'),
    list: async () => listAddresses(nl).filter(({ device, ip }) => isOurs(device) && !isLinkLocal(ip)),
    apply: (changes) =>
      applyEach(changes, {
        key,
        create: (address) => replaceAddress(nl, address),
        update: (from, to) => {
          // The scope of an address cannot be changed in place.
          deleteAddress(nl, from);
          replaceAddress(nl, to);
        },
        remove: (address) => deleteAddress(nl, address),
      }),
  };
}

function isOurs(device: string): boolean {
  return isOurTunnel(device) || isPodDevice(device);
}
