import { hasCode } from '../base/errors.ts';
import type { Link, LinkKind } from '../net/link.ts';
import type { Resource } from '../reconcile/resource.ts';
import { applyEach } from './apply-each.ts';
import { createLink, deleteLink, listLinks, updateLink } from './links.ts';
import type { NetlinkSocket } from './netlink-socket.ts';
import { isOurTunnel, isOurVxlan } from './our-devices.ts';

/**
 * Tunnel devices. Ours: by name (`vxlan.calico`, `vxlan-v6.calico`), whatever kind they are; and `tunl0` when it is of the
 * kernel's ipip driver and up. The driver itself makes `tunl0` in every namespace and does not let it go: one that
 * is down is nobody's, and removing ours means setting it down. A `tunl0` of another kind is the eBPF tunnel's.
 *
 * A vxlan device whose VNI, port, local address, parent or learning differs is recreated: the kernel cannot change them.
 */
export function linkResource(nl: NetlinkSocket): Resource<Link> {
  return {
    name: 'link',
    key: (link) => link.name,
    equal: linksEqual,
    list: async () => listLinks(nl).filter(isOurs),
    apply: (changes) =>
      applyEach(changes, {
        key: (link) => link.name,
        create: (link) => create(nl, link),
        update: (from, to) => {
          if (sameKind(from.type, to.type)) return updateLink(nl, to);
          remove(nl, from);
          create(nl, to);
        },
        remove: (link) => remove(nl, link),
      }),
  };
}

function isOurs(link: Link): boolean {
  return isOurVxlan(link.name) || (isOurTunnel(link.name) && link.type.kind === 'ipip' && link.up);
}

function create(nl: NetlinkSocket, link: Link): void {
  try {
    createLink(nl, link);
  } catch (error) {
    // Loading the ipip driver has just made tunl0 by itself.
    if (link.type.kind !== 'ipip' || !hasCode(error, 'NETLINK_EEXIST')) throw error;
    updateLink(nl, link);
  }
  // What a create message cannot carry for every kind (up, IFF_NOARP) is settled by a second one.
  updateLink(nl, link);
}

function remove(nl: NetlinkSocket, link: Link): void {
  if (link.type.kind === 'ipip') updateLink(nl, { ...link, up: false });
  else deleteLink(nl, link.name);
}

function linksEqual(actual: Link, desired: Link): boolean {
  return (
    sameKind(actual.type, desired.type) &&
    actual.mtuBytes === desired.mtuBytes &&
    actual.up === desired.up &&
    (desired.mac === undefined || actual.mac === desired.mac) &&
    (desired.noArp === undefined || (actual.noArp ?? false) === desired.noArp) &&
    (desired.master === undefined || actual.master === desired.master)
  );
}

/** Whether the attributes that cannot be changed on a living device agree. */
function sameKind(actual: LinkKind, desired: LinkKind): boolean {
  if (actual.kind !== desired.kind) return false;
  if (actual.kind !== 'vxlan' || desired.kind !== 'vxlan') return true;
  return (
    actual.vni === desired.vni &&
    actual.port === desired.port &&
    actual.local === desired.local &&
    actual.parent === desired.parent &&
    actual.learning === desired.learning
  );
}
