import type { FdbEntry } from '../net/link.ts';
import type { Resource } from '../reconcile/resource.ts';
import { applyEach } from './apply-each.ts';
import { deleteFdbEntry, listFdbEntries, replaceFdbEntry } from './fdb.ts';
import type { NetlinkSocket } from './netlink-socket.ts';
import { isOurVxlan } from './our-devices.ts';

/** Forwarding entries of the VXLAN tunnels. Ours: every entry on our vxlan devices, which do not learn. */
export function fdbResource(nl: NetlinkSocket): Resource<FdbEntry> {
  const key = (entry: FdbEntry): string => `${entry.device} ${entry.mac}`;
  return {
    name: 'fdb',
    key,
    equal: (actual, desired) => actual.remote === desired.remote,
    list: async () => listFdbEntries(nl).filter(({ device }) => isOurVxlan(device)),
    apply: (changes) =>
      applyEach(changes, {
        key,
        create: (entry) => replaceFdbEntry(nl, entry),
        remove: (entry) => deleteFdbEntry(nl, entry),
      }),
  };
}
