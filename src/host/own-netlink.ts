import { closeSync, fstatSync } from 'node:fs';
import { NetlinkSocket, netlinkProtocol } from './netlink-socket.ts';
import { openOwnNetns } from './netns.ts';

interface Kept {
  readonly inode: number;
  readonly socket: NetlinkSocket;
}

const kept = new Map<number, Kept>();

/**
 * A socket to the network namespace this thread is in, kept open for the next caller: opening one costs as much as
 * several requests. When the thread has changed its namespace since, another one is opened in its place. Not the
 * caller's to close.
 *
 * @throws WeftError HOST_<ERRNO>
 */
export function ownNetlink(protocol: number = netlinkProtocol.route): NetlinkSocket {
  const own = openOwnNetns();
  try {
    return netlinkOf(netnsInode(own), protocol);
  } finally {
    closeSync(own);
  }
}

/** The number of the namespace behind a descriptor; no two living namespaces share one. */
export function netnsInode(fd: number): number {
  return fstatSync(fd).ino;
}

/** Like {@link ownNetlink}, for a caller that knows the number of the namespace this thread is in. */
export function netlinkOf(inode: number, protocol: number = netlinkProtocol.route): NetlinkSocket {
  const known = kept.get(protocol);
  // The open socket keeps its namespace alive, so the number cannot have gone to another one.
  if (known?.inode === inode) return known.socket;
  known?.socket.close();
  kept.delete(protocol);
  const socket = NetlinkSocket.open({ protocol });
  kept.set(protocol, { inode, socket });
  return socket;
}
