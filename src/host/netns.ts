import { closeSync, mkdirSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { errorText, hasCode, WeftError } from '../base/errors.ts';
import { ioctl, mount, setns, socket, sys, umount, unshare } from './syscalls.ts';

/** _IO(0xb7, 0x3): the CLONE_NEW* number of the namespace behind a descriptor. @see linux/nsfs.h NS_GET_NSTYPE */
const NS_GET_NSTYPE = 0xb703;

/** The calling thread's own network namespace; `/proc/self` would be the main thread's. */
const ownNetns = '/proc/thread-self/ns/net';

/** A descriptor of the network namespace this thread is in; the caller's to close. */
export function openOwnNetns(): number {
  return openSync(ownNetns, 'r');
}

/** Where `ip netns` keeps namespaces that are given by name. */
const namedNetnsFolder = '/run/netns';

/** The path of a namespace given by name as in `ip netns` (`pod1`) or by path (`/proc/123/ns/net`). */
export function netnsPath(nameOrPath: string): string {
  return nameOrPath.includes('/') ? nameOrPath : `${namedNetnsFolder}/${nameOrPath}`;
}

/**
 * Opens a network namespace; the descriptor keeps it alive and is the caller's to close.
 *
 * @param path a path, or a name as in `ip netns`
 * @throws WeftError HOST_NETNS when there is nothing, or something that is not a network namespace
 */
export function openNetns(path: string): number {
  const full = netnsPath(path);
  let fd: number;
  try {
    fd = openSync(full, 'r');
  } catch (cause) {
    throw new WeftError('HOST_NETNS', `Cannot open network namespace "${full}": ${errorText(cause)}`, { cause });
  }
  if (namespaceType(fd) === sys.CLONE_NEWNET) return fd;
  closeSync(fd);
  throw new WeftError('HOST_NETNS', `Cannot open network namespace "${full}": something else found there`);
}

/**
 * Runs a synchronous function with the calling thread in another network namespace, then goes back.
 *
 * @param netns a descriptor, a path or a name
 * @throws WeftError HOST_NETNS; HOST_ASYNC_IN_NETNS when the function returns a promise (it would run on elsewhere)
 */
export function inNetns<T>(netns: number | string, run: () => T): T {
  const own = openOwnNetns();
  try {
    if (typeof netns === 'number') return visitNetns(netns, own, run);
    const target = openNetns(netns);
    try {
      return visitNetns(target, own, run);
    } finally {
      closeSync(target);
    }
  } finally {
    closeSync(own);
  }
}

/** Like {@link inNetns}, for a caller that holds descriptors of both namespaces. @param own the thread's own */
export function visitNetns<T>(netns: number, own: number, run: () => T): T {
  setns(netns, sys.CLONE_NEWNET);
  try {
    return refusePromise(run());
  } finally {
    setns(own, sys.CLONE_NEWNET);
  }
}

/**
 * Makes a network namespace that lives as long as its mount at `path`, with `lo` up; like `ip netns add`.
 *
 * @param path a path whose folders are made when missing, or a name as in `ip netns`
 * @throws WeftError HOST_NETNS_EXISTS; HOST_<ERRNO>
 */
export function createNetns(path: string): void {
  const full = netnsPath(path);
  prepareFolder(dirname(full));
  try {
    writeFileSync(full, '', { flag: 'wx', mode: 0o444 });
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code === 'EEXIST' ? 'HOST_NETNS_EXISTS' : 'HOST_NETNS';
    throw new WeftError(code, `Cannot make network namespace "${full}": ${errorText(cause)}`, { cause });
  }
  const own = openOwnNetns();
  try {
    unshare(sys.CLONE_NEWNET);
    try {
      bringLoopbackUp();
      mount(ownNetns, full, 'none', sys.MS_BIND);
    } finally {
      setns(own, sys.CLONE_NEWNET);
    }
  } catch (error) {
    rmSync(full, { force: true });
    throw error;
  } finally {
    closeSync(own);
  }
}

/** Removes the mount and the file; the namespace goes with its last process or descriptor. Idempotent. */
export function deleteNetns(path: string): void {
  const full = netnsPath(path);
  try {
    umount(full, sys.MNT_DETACH);
  } catch (error) {
    // EINVAL: a file that nothing is mounted on, left by a creation that was interrupted.
    if (!hasCode(error, 'HOST_ENOENT', 'HOST_EINVAL')) throw error;
  }
  rmSync(full, { force: true });
}

function namespaceType(fd: number): number | undefined {
  try {
    return ioctl(fd, NS_GET_NSTYPE);
  } catch {
    return undefined;
  }
}

function refusePromise<T>(result: T): T {
  if (result instanceof Promise) {
    throw new WeftError(
      'HOST_ASYNC_IN_NETNS',
      'Cannot run function in network namespace: promise returned, value needed',
    );
  }
  return result;
}

/** A mount made in a shared folder is seen by every mount namespace, as `ip netns` arranges it. */
function prepareFolder(folder: string): void {
  mkdirSync(folder, { recursive: true });
  if (folder !== namedNetnsFolder) return;
  try {
    mount('', folder, 'none', sys.MS_SHARED | sys.MS_REC);
  } catch (error) {
    if (!hasCode(error, 'HOST_EINVAL')) throw error;
    mount(folder, folder, 'none', sys.MS_BIND | sys.MS_REC);
    mount('', folder, 'none', sys.MS_SHARED | sys.MS_REC);
  }
}

/** SIOCSIFFLAGS with IFF_UP on `lo`: one ioctl instead of a netlink conversation. @see man netdevice(7) */
function bringLoopbackUp(): void {
  const SIOCSIFFLAGS = 0x8914;
  const request = Buffer.alloc(40);
  request.write('lo');
  request.writeUInt16LE(1, 16);
  const fd = socket(sys.AF_INET, sys.SOCK_DGRAM, 0);
  try {
    ioctl(fd, SIOCSIFFLAGS, request);
  } finally {
    closeSync(fd);
  }
}
