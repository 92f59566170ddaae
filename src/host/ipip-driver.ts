import { closeSync, openSync } from 'node:fs';
import { hasCode } from '../base/errors.ts';
import { createLink } from './links.ts';
import { NetlinkSocket } from './netlink-socket.ts';
import { setns, sys, unshare } from './syscalls.ts';

/**
 * Whether this kernel has the ipip driver (built in or as a module that it can load): found out by making such a device
 * in a network namespace that exists for no longer than the attempt.
 *
 * @throws WeftError HOST_<ERRNO> without root; NETLINK_<ERRNO> for a refusal that says nothing about the driver
 */
export function hasIpipDriver(): boolean {
  const own = openSync('/proc/thread-self/ns/net', 'r');
  try {
    unshare(sys.CLONE_NEWNET);
    try {
      return canCreate();
    } finally {
      setns(own, sys.CLONE_NEWNET);
    }
  } finally {
    closeSync(own);
  }
}

function canCreate(): boolean {
  const nl = NetlinkSocket.open();
  try {
    createLink(nl, {
      name: 'probe0',
      type: { kind: 'ipip', ttl: 0, pmtudisc: false },
      mtuBytes: 1480,
      up: false,
    });
    return true;
  } catch (error) {
    // EEXIST: the driver is there, and its own first device is like the one asked for.
    if (hasCode(error, 'NETLINK_EEXIST')) return true;
    if (hasCode(error, 'NETLINK_EOPNOTSUPP')) return false;
    throw error;
  } finally {
    nl.close();
  }
}
