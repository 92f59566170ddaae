import { createSocket, type Socket } from 'node:dgram';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { openListener } from '../host/listener.ts';
import { type Family, parseIp } from '../net/ip.ts';
import type { ServerPort } from './kubelet-images.ts';

/** Who answers. */
export interface ServerIdentity {
  readonly pod: string;
  readonly namespace: string;
  readonly node: string;
}

/** The built-in server of one container; `close` ends every listener and connection. */
export interface BuiltInServer {
  close(): void;
}

/**
 * Serves the declared ports inside a pod's network namespace. TCP ports speak HTTP and answer with pod, node, the
 * client's address and the path; `/echo?msg=X` answers X, `/hostname` the pod's name alone, `/clientip` the client,
 * `/bytes/N` N bytes; UDP ports answer
 * `hostname` with the pod's name and echo everything else.
 *
 * @param netns path of the pod's namespace; absent for pods on the host network
 * @param print gets a line for each port and for each request over HTTP
 * @throws WeftError HOST_LISTEN when a port is taken
 */
export function startBuiltInServer(
  netns: string | undefined,
  ports: readonly ServerPort[],
  identity: ServerIdentity,
  print: (line: string) => void,
): BuiltInServer {
  const servers: (Server | Socket)[] = [];
  const close = () => {
    for (const server of servers) {
      server.close();
      if ('closeAllConnections' in server) server.closeAllConnections();
    }
  };
  try {
    for (const port of ports) {
      const { fd, family } = listenOn(netns, port);
      print(`serving ${port.protocol === 'tcp' ? 'HTTP on TCP' : 'UDP'} port ${port.port}`);
      servers.push(port.protocol === 'tcp' ? serveHttp(fd, identity, print) : serveUdp(fd, family, identity));
    }
  } catch (error) {
    close();
    throw error;
  }
  return { close };
}

/** Both families through one socket where the namespace has IPv6, else IPv4 alone. */
function listenOn(netns: string | undefined, port: ServerPort): { readonly fd: number; readonly family: Family } {
  const options = { ...(netns === undefined ? {} : { netns }), port: port.port, protocol: port.protocol };
  try {
    return { fd: openListener({ ...options, address: parseIp('::') }), family: 6 };
  } catch {
    return { fd: openListener({ ...options, address: parseIp('0.0.0.0') }), family: 4 };
  }
}

function serveHttp(fd: number, identity: ServerIdentity, print: (line: string) => void): Server {
  const server = createServer((request, response) => {
    request.resume();
    request.on('end', () => {
      answer(request, response, identity);
      const { remoteAddress, remotePort } = request.socket;
      print(`${peer(remoteAddress, remotePort)} "${request.method} ${request.url}" ${response.statusCode}`);
    });
  });
  server.on('clientError', (_error, socket) => socket.destroy());
  server.on('error', () => {});
  server.listen({ fd });
  return server;
}

function answer(request: IncomingMessage, response: ServerResponse, identity: ServerIdentity): void {
  const url = new URL(request.url ?? '/', 'http://pod');
  const { remoteAddress, remotePort, localAddress } = request.socket;
  response.setHeader('content-type', 'text/plain; charset=utf-8');
  const message = url.searchParams.get('msg');
  const bulk = /^\/bytes\/(\d{1,9})$/.exec(url.pathname)?.[1];
  if (url.pathname === '/hostname') response.end(identity.pod);
  else if (url.pathname === '/echo' && message !== null) response.end(message);
  else if (url.pathname === '/clientip') response.end(peer(remoteAddress, remotePort));
  else if (bulk !== undefined) response.end(Buffer.alloc(Number(bulk), 'weft'));
  else {
    response.end(
      [
        `pod=${identity.pod}`,
        `namespace=${identity.namespace}`,
        `node=${identity.node}`,
        `client_address=${plainAddress(remoteAddress)}`,
        `client_port=${remotePort}`,
        `server_address=${plainAddress(localAddress)}`,
        `path=${url.pathname}`,
        '',
      ].join('\n'),
    );
  }
}

function serveUdp(fd: number, family: Family, identity: ServerIdentity): Socket {
  const socket = createSocket(family === 6 ? 'udp6' : 'udp4');
  socket.on('error', () => {});
  socket.on('message', (message, from) => {
    const answer = message.toString('latin1').trim() === 'hostname' ? Buffer.from(identity.pod) : message;
    socket.send(answer, from.port, from.address);
  });
  socket.bind({ fd });
  return socket;
}

function plainAddress(address: string | undefined): string {
  return (address ?? '').replace(/^::ffff:/, '');
}

function peer(address: string | undefined, port: number | undefined): string {
  const plain = plainAddress(address);
  return plain.includes(':') ? `[${plain}]:${port}` : `${plain}:${port}`;
}
