import type { Link } from '../net/link.ts';
import { hostSideMac } from '../net/mac.ts';
import type { Resource } from '../reconcile/resource.ts';
import { applyEach } from './apply-each.ts';
import { listLinks, updateLink } from './links.ts';
import type { NetlinkSocket } from './netlink-socket.ts';

/** The host side of one pod, as far as it is kept after the wiring. */
export interface PodLink {
  readonly name: string;
  readonly up: boolean;
  readonly mac: string | undefined;
  readonly mtuBytes: number;
}

/** The host side of a pod as it must be: up, with the MAC every pod relies on and the MTU it was wired with. */
export function wantedPodLink(name: string, mtuBytes: number): PodLink {
  return { name, up: true, mac: hostSideMac, mtuBytes };
}

/**
 * Host sides of pods, which network managers like to set down and to rename the MAC of. Ours: the devices in `wanted`. They
 * are made and removed by the wiring alone; here they are only set right.
 */
export function podLinkResource(nl: NetlinkSocket, wanted: ReadonlySet<string>): Resource<PodLink> {
  return {
    name: 'pod-link',
    key: ({ name }) => name,
    equal: (actual, desired) =>
      actual.up === desired.up && actual.mac === desired.mac && actual.mtuBytes === desired.mtuBytes,
    list: async () =>
      listLinks(nl)
        .filter(({ name }) => wanted.has(name))
        .map(({ name, up, mac, mtuBytes }) => ({ name, up, mac, mtuBytes })),
    apply: (changes) =>
      applyEach(changes, {
        key: ({ name }) => name,
        // The device went between our look and this write: it will be gone from the next list of wanted ones.
        create: () => {},
        update: (_from, to) => updateLink(nl, asLink(to)),
        remove: () => {},
      }),
  };
}

function asLink({ name, mtuBytes }: PodLink): Link {
  return { name, type: { kind: 'veth' }, mtuBytes, mac: hostSideMac, up: true };
}
