import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { errorText, WeftError } from '../base/errors.ts';

/** An answer: status, content type, body. */
export interface HttpAnswer {
  readonly status: number;
  readonly type: string;
  readonly body: string;
}

/** By path; anything else is 404. */
export type HttpPaths = Readonly<Record<string, () => HttpAnswer | Promise<HttpAnswer>>>;

/** JSON for people: indented. */
export function jsonAnswer(value: unknown, status = 200): HttpAnswer {
  return { status, type: 'application/json', body: `${JSON.stringify(value, undefined, 2)}\n` };
}

/**
 * A small read-only HTTP server.
 *
 * @param port 0 = the kernel's choice; the port used is returned
 * @throws WeftError AGENT_LISTEN
 */
export async function listenHttp(
  host: string,
  port: number,
  paths: HttpPaths,
): Promise<{ readonly port: number; close(): Promise<void> }> {
  const server = createServer((request, response) => void answer(paths, request, response));
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause) =>
      reject(new WeftError('AGENT_LISTEN', `Cannot listen on "${host}:${port}", choose another port`, { cause })),
    );
    server.listen(port, host, resolve);
  });
  return { port: (server.address() as AddressInfo).port, close: () => closeServer(server) };
}

async function answer(paths: HttpPaths, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const path = (request.url ?? '/').split('?')[0] ?? '/';
  const make = Object.hasOwn(paths, path) ? paths[path] : undefined;
  let result: HttpAnswer;
  try {
    if (make === undefined) result = jsonAnswer({ error: 'not found', paths: Object.keys(paths) }, 404);
    else if (request.method !== 'GET' && request.method !== 'HEAD') result = jsonAnswer({ error: 'GET needed' }, 405);
    else result = await make();
  } catch (error) {
    result = jsonAnswer({ error: errorText(error) }, 500);
  }
  response.writeHead(result.status, { 'content-type': result.type });
  response.end(request.method === 'HEAD' ? undefined : result.body);
}

function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
