import { readlinkSync } from 'node:fs';
import koffi from 'koffi';
import { WeftError } from '../base/errors.ts';
import { errnoName } from '../netlink/errno.ts';

/**
 * The system calls that Node has no function for. The only file that knows koffi; reading, writing and closing of the
 * file descriptors made here is plain `node:fs`.
 */

const libc = koffi.load(null);
const cSocket = libc.func('int socket(int domain, int type, int protocol)');
const cBind = libc.func('int bind(int fd, const void *address, uint32 length)');
const cListen = libc.func('int listen(int fd, int backlog)');
const cSetsockopt = libc.func('int setsockopt(int fd, int level, int option, const void *value, uint32 length)');
const cGetsockname = libc.func('int getsockname(int fd, void *address, void *length)');
const cSetns = libc.func('int setns(int fd, int nstype)');
const cUnshare = libc.func('int unshare(int flags)');
const cMount = libc.func(
  'int mount(const char *source, const char *target, const char *type, ulong flags, const char *data)',
);
const cUmount2 = libc.func('int umount2(const char *target, int flags)');
const cIoctl = libc.func('int ioctl(int fd, ulong request, int64 argument)');
const cPipe2 = libc.func('int pipe2(void *descriptors, int flags)');
const cMkfifo = libc.func('int mkfifo(const char *path, uint32 mode)');
const cSyscall = libc.func('int64 syscall(int64 number, int64 a, int64 b, int64 c, int64 d, int64 e, int64 f)');

/** Numbers that callers of this file need. @see sys/socket.h, linux/sched.h, sys/mount.h */
export const sys = {
  AF_INET: 2,
  AF_INET6: 10,
  AF_NETLINK: 16,
  SOCK_STREAM: 1,
  SOCK_DGRAM: 2,
  SOCK_RAW: 3,
  SOCK_NONBLOCK: 0o4000,
  SOCK_CLOEXEC: 0o2000000,
  SOL_SOCKET: 1,
  SO_REUSEADDR: 2,
  SO_RCVBUF: 8,
  SO_RCVTIMEO: 20,
  SO_SNDBUFFORCE: 32,
  SO_RCVBUFFORCE: 33,
  SOL_NETLINK: 270,
  CLONE_NEWNS: 0x00020000,
  CLONE_NEWNET: 0x40000000,
  MS_BIND: 0x1000,
  MS_REC: 0x4000,
  MS_PRIVATE: 0x40000,
  MS_SHARED: 0x100000,
  MNT_DETACH: 2,
} as const;

/** Numbers of the system calls that differ by architecture. @see asm/unistd.h */
const syscallNumbers = { x64: { bpf: 321 }, arm64: { bpf: 280 } } as const;

/** What a raw system call returned: its result, and the error number when the result is negative (else 0). */
export interface SyscallResult {
  readonly result: number;
  readonly errno: number;
}

/** Any system call by number; buffers are passed as {@link pointerTo} them and must stay referenced until it returns. */
export function syscall(number: number, ...args: readonly (number | bigint)[]): SyscallResult {
  const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0] = args;
  const result = Number(cSyscall(number, a, b, c, d, e, f));
  return { result, errno: result < 0 ? koffi.errno() : 0 };
}

/**
 * The address of the first byte, for structures that embed pointers. Stable as long as the buffer is referenced:
 * the memory of an ArrayBuffer does not move, but it goes away with its last reference.
 */
export function pointerTo(buffer: Uint8Array): bigint {
  return koffi.address(buffer);
}

/**
 * bpf(2): the result of the command (a file descriptor for most).
 *
 * @param attributes a `union bpf_attr`; the kernel may write answers into it
 * @throws WeftError HOST_BPF_<ERRNO>
 * @see man bpf(2)
 */
export function bpf(command: number, attributes: Uint8Array): number {
  const number = process.arch === 'arm64' ? syscallNumbers.arm64.bpf : syscallNumbers.x64.bpf;
  const { result, errno } = syscall(number, command, pointerTo(attributes), attributes.length);
  if (result < 0) throw failed('HOST_BPF_', 'run bpf command', String(command), errno);
  return result;
}

/** @throws WeftError HOST_<ERRNO> @see man socket(2) */
export function socket(domain: number, type: number, protocol: number): number {
  return check(cSocket(domain, type | sys.SOCK_CLOEXEC, protocol), 'open socket of family', domain);
}

/** @param address a `struct sockaddr` of any family @throws WeftError HOST_<ERRNO> @see man bind(2) */
export function bind(fd: number, address: Uint8Array): void {
  check(cBind(fd, address, address.length), 'bind socket', fd);
}

/** @throws WeftError HOST_<ERRNO> @see man listen(2) */
export function listen(fd: number, backlog: number): void {
  check(cListen(fd, backlog), 'listen on socket', fd);
}

/** Sets an option; a number is passed as a C int. @throws WeftError HOST_<ERRNO> @see man setsockopt(2) */
export function setsockopt(fd: number, level: number, option: number, value: number | Uint8Array): void {
  const bytes = typeof value === 'number' ? new Uint8Array(Int32Array.of(value).buffer) : value;
  check(cSetsockopt(fd, level, option, bytes, bytes.length), 'set option of socket', fd);
}

/** The address a socket is bound to, as `struct sockaddr` bytes. @throws WeftError HOST_<ERRNO> @see man getsockname(2) */
export function getsockname(fd: number): Uint8Array {
  const value = new Uint8Array(128);
  const size = Uint32Array.of(value.length);
  check(cGetsockname(fd, value, size), 'read address of socket', fd);
  return value.subarray(0, size[0]);
}

/** Moves the calling thread into a namespace. @throws WeftError HOST_<ERRNO> @see man setns(2) */
export function setns(fd: number, nstype: number): void {
  check(cSetns(fd, nstype), 'enter namespace of descriptor', fd);
}

/** Gives the calling thread new namespaces. @throws WeftError HOST_<ERRNO> @see man unshare(2) */
export function unshare(flags: number): void {
  check(cUnshare(flags), 'make namespaces with flags', flags);
}

/** @throws WeftError HOST_<ERRNO> @see man mount(2) */
export function mount(source: string, target: string, type: string, flags: number, data = ''): void {
  check(cMount(source, target, type, flags, data), 'mount', target);
}

/** @throws WeftError HOST_<ERRNO> @see man umount2(2) */
export function umount(target: string, flags: number): void {
  check(cUmount2(target, flags), 'unmount', target);
}

/** @param argument a number, or a structure that the kernel reads or fills @throws WeftError HOST_<ERRNO> @see man ioctl(2) */
export function ioctl(fd: number, request: number, argument: number | Uint8Array = 0): number {
  const value = typeof argument === 'number' ? argument : pointerTo(argument);
  return check(cIoctl(fd, request, value), 'control descriptor', fd);
}

/** A pipe: the descriptor to read from and the one to write to. @throws WeftError HOST_<ERRNO> @see man pipe(2) */
export function pipe(): readonly [number, number] {
  const pair = new Int32Array(2);
  check(cPipe2(pair, sys.SOCK_CLOEXEC), 'make', 'pipe');
  return [pair[0] ?? -1, pair[1] ?? -1];
}

/** Makes a named pipe. @throws WeftError HOST_<ERRNO> @see man mkfifo(3) */
export function mkfifo(path: string, mode: number): void {
  check(cMkfifo(path, mode), 'make named pipe', path);
}

/** Tells when a descriptor has something to read, from the event loop. */
export interface ReadableWatch {
  /** Ends the watching; to be called before the descriptor is closed. Idempotent. */
  close(): void;
}

/**
 * Calls `onReadable` whenever there is something to read (level-triggered) or the descriptor has a pending error, which
 * reading shows. Keeps the process alive until closed, unless it is to run in the background.
 */
export function watchReadable(
  fd: number,
  onReadable: () => void,
  options: { readonly background?: boolean } = {},
): ReadableWatch {
  let open = true;
  // libuv ends a watch at a pending error (ENOBUFS of a netlink socket is one): it has to be started again. koffi calls
  // back with libuv's status first, other than its type declarations say.
  const onEvent = (status: unknown): void => {
    onReadable();
    // koffi calls without Node's callback scope: promises that were resolved go on only when Node runs something itself.
    setImmediate(() => {});
    if (open && typeof status === 'number' && status < 0) handle.start({ readable: true }, onEvent);
  };
  const handle = koffi.node.poll(fd, { readable: true }, onEvent);
  if (options.background === true) handle.unref();
  return {
    close: () => {
      if (open) handle.close();
      open = false;
    },
  };
}

function check(result: number, doing: string, object: number | string): number {
  if (result >= 0) return result;
  const errno = koffi.errno();
  throw failed('HOST_', doing, describe(object), errno);
}

function failed(prefix: string, doing: string, object: string, errno: number): WeftError {
  const name = errnoName(errno);
  const remedy = name === 'EPERM' || name === 'EACCES' ? ', root (CAP_NET_ADMIN and CAP_SYS_ADMIN) needed' : '';
  return new WeftError(`${prefix}${name}`, `Cannot ${doing} "${object}": ${name}${remedy}`);
}

/** A descriptor number says nothing to a reader; where it leads does. */
function describe(object: number | string): string {
  if (typeof object === 'string' || object > 1_000_000) return String(object);
  try {
    return `${object} ${readlinkSync(`/proc/self/fd/${object}`)}`;
  } catch {
    return String(object);
  }
}
