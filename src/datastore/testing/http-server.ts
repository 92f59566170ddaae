import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createTlsServer, type ServerOptions } from 'node:https';
import type { AddressInfo, Server } from 'node:net';
import type { TestContext } from 'node:test';
import { type Connection, fixedCredentials, parseServerAddress } from '../connection.ts';

/** Answers one request of a test. */
export type Answer = (request: IncomingMessage, response: ServerResponse) => void;

/** A small server for one test, with or without TLS; ends with the test. Resolves with the connection to it. */
export async function serve(t: TestContext, answer: Answer, tls?: ServerOptions): Promise<Connection> {
  const server = tls === undefined ? createServer(answer) : createTlsServer(tls, answer);
  await listen(t, server);
  t.after(() => server.closeAllConnections());
  const { port } = server.address() as AddressInfo;
  return connectionTo(`${tls === undefined ? 'http' : 'https'}://127.0.0.1:${port}`);
}

/** Lets any server listen on a free port until the test ends. */
export async function listen(t: TestContext, server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => void server.close());
  return (server.address() as AddressInfo).port;
}

/** A connection without credentials. */
export function connectionTo(server: string): Connection {
  return {
    server: parseServerAddress(server),
    credentials: fixedCredentials({}),
    namespace: 'default',
    source: 'test',
  };
}

/** Answers with JSON. */
export function sendJson(response: ServerResponse, status: number, body: unknown, headers: object = {}): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers });
  response.end(JSON.stringify(body));
}
