import type { Neighbour } from '../net/link.ts';
import type { Resource } from '../reconcile/resource.ts';
import { applyEach } from './apply-each.ts';
import { deleteNeighbour, listNeighbours, replaceNeighbour } from './neighbours.ts';
import type { NetlinkSocket } from './netlink-socket.ts';
import { isOurVxlan, isPodDevice } from './our-devices.ts';

/** Permanent neighbour entries. Ours: the permanent ones on our vxlan devices and on pods' devices. */
export function neighbourResource(nl: NetlinkSocket): Resource<Neighbour> {
  const key = (neighbour: Neighbour): string => `${neighbour.device} ${neighbour.ip}`;
  return {
    name: 'neighbour',
    key,
    equal: (actual, desired) => actual.mac === desired.mac,
    list: async () => listNeighbours(nl).filter(({ device }) => isOurVxlan(device) || isPodDevice(device)),
    apply: (changes) =>
      applyEach(changes, {
        key,
        create: (neighbour) => replaceNeighbour(nl, neighbour),
        remove: (neighbour) => deleteNeighbour(nl, neighbour),
      }),
  };
}
