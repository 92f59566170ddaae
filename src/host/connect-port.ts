import { Socket, type SocketConstructorOpts } from 'node:net';
import { type Ip, ipFamily } from '../net/ip.ts';
import { inNetns } from './netns.ts';
import { socket, sys } from './syscalls.ts';

/**
 * A TCP connection made from within a network namespace that this process need not live in. Both directions end on
 * their own.
 *
 * @param netns descriptor, path or name; this thread's own when absent
 * @throws Error with `code` ECONNREFUSED, ETIMEDOUT, ...; WeftError HOST_NETNS
 */
export function connectPort(netns: number | string | undefined, address: Ip, port: number): Promise<Socket> {
  const open = () =>
    socket(ipFamily(address) === 4 ? sys.AF_INET : sys.AF_INET6, sys.SOCK_STREAM | sys.SOCK_NONBLOCK, 0);
  const fd = netns === undefined ? open() : inNetns(netns, open);
  // Node reads from a descriptor at once unless told not to; this one is not connected yet.
  const options: SocketConstructorOpts & { manualStart: boolean } = { fd, allowHalfOpen: true, manualStart: true };
  const connection = new Socket(options);
  return new Promise((resolve, reject) => {
    connection.once('error', reject);
    connection.connect({ host: address, port }, () => {
      connection.off('error', reject);
      connection.on('error', () => {});
      resolve(connection);
    });
  });
}
