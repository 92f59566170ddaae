import { request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { errorText } from '../../base/errors.ts';
import { StatusError } from '../status-error.ts';

/** A program of the node that says nothing for so long is given up. */
const silenceMs = 30_000;

/**
 * Asks an HTTP server and passes on what it answers.
 *
 * @param connect makes the connection
 * @param path with query
 * @throws StatusError 503 when nobody answers
 */
export async function relayPort(connect: () => Promise<Duplex>, path: string, response: ServerResponse): Promise<void> {
  const connection = await connect().catch((cause) => {
    throw new StatusError(503, 'ServiceUnavailable', errorText(cause), {}, cause);
  });
  const incoming = await ask(connection, path);
  const { 'content-type': type, 'content-length': length } = incoming.headers;
  response.writeHead(incoming.statusCode ?? 502, {
    ...(type === undefined ? {} : { 'content-type': type }),
    ...(length === undefined ? {} : { 'content-length': length }),
  });
  // Whoever ends first ends the other.
  await pipeline(incoming, response).catch(() => {});
  connection.destroy();
}

function ask(connection: Duplex, path: string): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const headers = { host: 'localhost', connection: 'close' };
    const outgoing = httpRequest({ createConnection: () => connection, path, headers, timeout: silenceMs });
    const fail = (why: string, cause?: unknown): void => {
      connection.destroy();
      reject(new StatusError(503, 'ServiceUnavailable', `the port of the node does not answer: ${why}`, {}, cause));
    };
    outgoing.on('response', resolve);
    outgoing.on('timeout', () => fail(`silent for ${silenceMs / 1000} s`));
    outgoing.on('error', (cause) => fail(errorText(cause), cause));
    outgoing.end();
  });
}
