import { closeSync } from 'node:fs';
import { errorText, WeftError } from '../base/errors.ts';
import { type Ip, ipFamily, ipToBytes } from '../net/ip.ts';
import { inNetns } from './netns.ts';
import { bind, getsockname, listen, setsockopt, socket, sys } from './syscalls.ts';

/** How many finished TCP connections may wait: what Node asks for. */
const backlog = 511;

/** Where to listen. */
export interface ListenerOptions {
  /** The namespace the socket belongs to (descriptor, path or name); this thread's own when absent. */
  readonly netns?: number | string;
  readonly address: Ip;
  /** 0 = the kernel chooses; see {@link listenerPort}. */
  readonly port: number;
  readonly protocol?: 'tcp' | 'udp';
}

/**
 * A bound (TCP: listening) socket in a network namespace that this process need not live in. The descriptor is for
 * `net.Server.listen({fd})` or `dgram.Socket.bind({fd})`, which then own it.
 *
 * @throws WeftError HOST_LISTEN; HOST_NETNS
 */
export function openListener(options: ListenerOptions): number {
  const open = () => {
    const domain = ipFamily(options.address) === 4 ? sys.AF_INET : sys.AF_INET6;
    const udp = options.protocol === 'udp';
    const fd = socket(domain, (udp ? sys.SOCK_DGRAM : sys.SOCK_STREAM) | sys.SOCK_NONBLOCK, 0);
    try {
      setsockopt(fd, sys.SOL_SOCKET, sys.SO_REUSEADDR, 1);
      bind(fd, socketAddress(options.address, options.port));
      if (!udp) listen(fd, backlog);
      return fd;
    } catch (cause) {
      closeSync(fd);
      const where = `${options.address}#${options.port}`;
      throw new WeftError('HOST_LISTEN', `Cannot listen on "${where}": ${errorText(cause)}`, { cause });
    }
  };
  return options.netns === undefined ? open() : inNetns(options.netns, open);
}

/** The port a socket of {@link openListener} got. */
export function listenerPort(fd: number): number {
  const address = getsockname(fd);
  return ((address[2] ?? 0) << 8) | (address[3] ?? 0);
}

/** `struct sockaddr_in` or `sockaddr_in6`. @see man ip(7), ipv6(7) */
function socketAddress(ip: Ip, port: number): Uint8Array {
  const v4 = ipFamily(ip) === 4;
  const address = Buffer.alloc(v4 ? 16 : 28);
  address.writeUInt16LE(v4 ? sys.AF_INET : sys.AF_INET6, 0);
  address.writeUInt16BE(port, 2);
  address.set(ipToBytes(ip), v4 ? 4 : 8);
  return address;
}
