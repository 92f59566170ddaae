import { lstatSync, rmSync } from 'node:fs';
import { createServer as createHttpServer, type RequestListener, type Server } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import type { Socket } from 'node:net';
import { errorText, WeftError } from '../../base/errors.ts';
import { routeUpgrades, upgradeOptions } from '../streaming/upgrade.ts';

/** PEM texts: the server's certificate and key, and the authority that client certificates must come from. */
export interface TlsFiles {
  readonly certificate: string;
  readonly key: string;
  readonly clientCa: string;
}

/** Where to listen. `fd` is a socket that listens already (it may live in another network namespace). */
export type ListenAddress =
  | { readonly host: string; readonly port: number }
  | { readonly fd: number }
  | { readonly unix: string };

/** One open door. */
export interface Listener {
  /** `https://127.0.0.1:6443`, `unix:/run/weft.sock`, `fd:9`. */
  readonly url: string;
  /** The TCP port, where there is one. */
  readonly port: number | undefined;
  /** Stops listening and ends all connections, watches included. */
  close(): Promise<void>;
}

/** Longer than clients keep idle connections, so that the server never closes one just as a request is sent. */
const keepAliveMs = 120_000;

/**
 * Opens a listener: TLS with client certificates on TCP (`address` or `fd`), plain HTTP on a unix socket only.
 *
 * @throws WeftError `APISERVER_LISTEN`: address in use or not this machine's
 */
export async function openListener(
  address: ListenAddress,
  tls: TlsFiles | undefined,
  handle: RequestListener,
): Promise<Listener> {
  const server =
    'unix' in address ? createHttpServer(upgradeOptions, handle) : createTlsServer(requireTls(tls), handle);
  routeUpgrades(server, handle);
  server.keepAliveTimeout = keepAliveMs;
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  // A broken handshake or request line is the client's affair; Node answers 400 or closes by itself.
  server.on('tlsClientError', (_error, socket: Socket) => socket.destroy());
  await listen(server, address);
  const bound = server.address();
  const port = typeof bound === 'object' && bound !== null ? bound.port : undefined;
  return {
    url:
      'unix' in address
        ? `unix:${address.unix}`
        : 'fd' in address
          ? `fd:${address.fd}`
          : `https://${address.host}:${port}`,
    port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}

function requireTls(tls: TlsFiles | undefined): TlsFiles {
  if (tls !== undefined) return tls;
  throw new WeftError('APISERVER_TLS', 'Cannot listen on TCP: no certificate given, TCP is served with TLS only');
}

function createTlsServer(tls: TlsFiles, handle: RequestListener): Server {
  const { certificate, key, clientCa } = tls;
  return createHttpsServer(
    {
      ...upgradeOptions,
      cert: certificate,
      key,
      ca: clientCa,
      requestCert: true,
      rejectUnauthorized: false,
      minVersion: 'TLSv1.2',
    },
    handle,
  );
}

/** What another server has left there. @throws WeftError `APISERVER_LISTEN` for anything but a socket */
function removeSocket(path: string): void {
  const found = lstatSync(path, { throwIfNoEntry: false });
  if (found === undefined) return;
  if (!found.isSocket()) {
    throw new WeftError('APISERVER_LISTEN', `Cannot listen on "${path}": a file is there, choose another path`);
  }
  rmSync(path, { force: true });
}

async function listen(server: Server, address: ListenAddress): Promise<void> {
  if ('unix' in address) removeSocket(address.unix);
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once('error', reject);
  if ('unix' in address) {
    // The file is the only lock of this door, so it is never open to others, not even for a moment.
    const umask = process.umask(0o177);
    server.listen(address.unix, resolve);
    process.umask(umask);
  } else if ('fd' in address) server.listen({ fd: address.fd }, resolve);
  else server.listen({ host: address.host, port: address.port }, resolve);
  try {
    await promise;
  } catch (error) {
    const where =
      'unix' in address ? address.unix : 'fd' in address ? `fd ${address.fd}` : `${address.host}:${address.port}`;
    const inUse = /EADDRINUSE/.test(errorText(error));
    const why = inUse ? 'another process listens there, choose another port or stop it' : errorText(error);
    throw new WeftError('APISERVER_LISTEN', `Cannot listen on "${where}": ${why}`, { cause: error });
  } finally {
    server.off('error', reject);
  }
}
