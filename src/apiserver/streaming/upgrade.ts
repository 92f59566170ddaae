import { type IncomingMessage, type RequestListener, type Server, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';

/** The raw connection of a request that asks to leave HTTP, and what came behind the request. */
export interface Upgrade {
  readonly socket: Duplex;
  readonly head: Buffer;
}

const upgrades = new WeakMap<IncomingMessage, Upgrade>();

/**
 * Server options: only what can be a stream leaves HTTP, a client that offers h2c is answered as always. The command of
 * an `exec` is part of the request's first line, and may be a whole script.
 */
export const upgradeOptions = {
  maxHeaderSize: 256 * 1024,
  shouldUpgradeCallback: (request: IncomingMessage): boolean =>
    /^(websocket|spdy\/3\.1)$/i.test(request.headers.upgrade ?? '') &&
    /\/(exec|attach|port-?forward)\b/i.test(request.url ?? ''),
};

/** Lets requests that ask for an upgrade go the way of all others; whoever wants the connection takes it there. */
export function routeUpgrades(server: Server, handle: RequestListener): void {
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    socket.on('error', () => {});
    if (!(socket instanceof Socket)) return void socket.destroy();
    const response = new ServerResponse(request);
    response.shouldKeepAlive = false;
    response.assignSocket(socket);
    response.on('finish', () => socket.end());
    upgrades.set(request, { socket, head });
    handle(request, response);
  });
}

/** Is there a connection to take? */
export function wantsUpgrade(request: IncomingMessage): boolean {
  return upgrades.has(request);
}

/**
 * Takes the connection over: from now on nothing else is written to it.
 *
 * @returns `undefined` when the request asked for no upgrade, or its connection is gone
 */
export function takeUpgrade(request: IncomingMessage, response: ServerResponse): Upgrade | undefined {
  const upgrade = upgrades.get(request);
  if (upgrade === undefined || upgrade.socket.destroyed) return undefined;
  upgrades.delete(request);
  if (upgrade.socket instanceof Socket) {
    response.detachSocket(upgrade.socket);
    // Whoever counts open requests counts this one until its stream has ended.
    upgrade.socket.once('close', () => response.emit('close'));
    upgrade.socket.setNoDelay(true);
    // A machine that vanished is noticed; a client that only thinks for hours is left alone.
    upgrade.socket.setKeepAlive(true, 30_000);
    upgrade.socket.setTimeout(0);
  }
  return upgrade;
}

/** The beginning of an answer that leaves HTTP. */
export function switchingProtocols(headers: Readonly<Record<string, string>>): string {
  const lines = Object.entries({ Connection: 'Upgrade', ...headers }).map(([name, value]) => `${name}: ${value}\r\n`);
  return `HTTP/1.1 101 Switching Protocols\r\n${lines.join('')}\r\n`;
}
