import { createServer, type Server, Socket, type SocketConstructorOpts } from 'node:net';
import { openListener } from '../../src/host/listener.ts';
import { inNetns } from '../../src/host/netns.ts';
import { socket, sys } from '../../src/host/syscalls.ts';
import { parseIp } from '../../src/net/ip.ts';

/** A server in a network namespace that accepts TCP connections and ends them. */
export function listenIn(netns: string, port: number): Server {
  const fd = openListener({ netns, port, protocol: 'tcp', address: parseIp('0.0.0.0') });
  const server = createServer((connection) => connection.end());
  server.listen({ fd });
  return server;
}

/** Whether a TCP connection can be made from a namespace. What is dropped is waited for that long. */
export function canConnect(netns: string, address: string, port: number, withinMs = 300): Promise<boolean> {
  const fd = inNetns(netns, () => socket(sys.AF_INET, sys.SOCK_STREAM | sys.SOCK_NONBLOCK, 0));
  // Node reads from a descriptor at once unless told not to; this one is not connected yet.
  const options: SocketConstructorOpts & { manualStart: boolean } = { fd, manualStart: true };
  const connection = new Socket(options);
  return new Promise((resolve) => {
    const end = (made: boolean): void => {
      clearTimeout(timer);
      connection.destroy();
      resolve(made);
    };
    const timer = setTimeout(() => end(false), withinMs);
    connection.on('error', () => end(false));
    connection.connect({ host: address, port }, () => end(true));
  });
}
