import { request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { errorText } from '../../base/errors.ts';
import { StatusError } from '../status-error.ts';
import { takeUpgrade } from './upgrade.ts';

/** What a node gets to see of a client's request, besides the path. */
const passedHeaders = [
  'upgrade',
  'connection',
  'sec-websocket-key',
  'sec-websocket-version',
  'sec-websocket-protocol',
  'x-stream-protocol-version',
];

/** How long one side may take to end after the other. */
const lingerMs = 10_000;

/** Sends on what a node answers, as it comes; a client that leaves ends the request. @throws StatusError 503 */
export async function proxyAnswer(socketPath: string, path: string, node: string, response: ServerResponse) {
  const outgoing = httpRequest({ socketPath, path, agent: false });
  const answer = await answerOf(outgoing, node);
  if (answer.kind === 'upgrade') return void answer.socket.destroy();
  relay(answer.incoming, response);
}

/**
 * Lets client and node speak whatever they agree upon: the request goes on as it is, then bytes in both directions. A
 * refusal goes back as an ordinary answer.
 *
 * @throws StatusError 503
 */
export async function proxyUpgrade(
  socketPath: string,
  path: string,
  node: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const headers = Object.fromEntries(
    passedHeaders.flatMap((name) => {
      const value = request.headers[name];
      return value === undefined ? [] : [[name, value]];
    }),
  );
  const outgoing = httpRequest({ socketPath, path, headers, agent: false });
  const answer = await answerOf(outgoing, node);
  if (answer.kind === 'response') return relay(answer.incoming, response);
  const upgrade = takeUpgrade(request, response);
  if (upgrade === undefined) return void answer.socket.destroy();
  upgrade.socket.write(headerLines(answer.incoming));
  if (upgrade.head.length > 0) upgrade.socket.unshift(upgrade.head);
  if (answer.head.length > 0) answer.socket.unshift(answer.head);
  join(upgrade.socket, answer.socket);
}

type NodeAnswer =
  | { readonly kind: 'response'; readonly incoming: IncomingMessage }
  | { readonly kind: 'upgrade'; readonly incoming: IncomingMessage; readonly socket: Duplex; readonly head: Buffer };

function answerOf(outgoing: ReturnType<typeof httpRequest>, node: string): Promise<NodeAnswer> {
  return new Promise((resolve, reject) => {
    outgoing.on('response', (incoming) => resolve({ kind: 'response', incoming }));
    outgoing.on('upgrade', (incoming, socket, head) => resolve({ kind: 'upgrade', incoming, socket, head }));
    outgoing.on('error', (cause) => {
      const message = `unable to reach the kubelet of node "${node}": ${errorText(cause)}`;
      reject(new StatusError(503, 'ServiceUnavailable', message, {}, cause));
    });
    outgoing.end();
  });
}

function relay(incoming: IncomingMessage, response: ServerResponse): void {
  const { 'content-type': type, 'content-length': length } = incoming.headers;
  response.writeHead(incoming.statusCode ?? 502, {
    ...(type === undefined ? {} : { 'content-type': type }),
    ...(length === undefined ? {} : { 'content-length': length }),
  });
  response.flushHeaders();
  // Whoever ends first ends the other; a client that has seen enough is no error.
  void pipeline(incoming, response).catch(() => incoming.destroy());
}

function headerLines(answer: IncomingMessage): string {
  const lines = answer.rawHeaders.map((text, index) => (index % 2 === 0 ? `${text}: ` : `${text}\r\n`));
  return `HTTP/1.1 101 Switching Protocols\r\n${lines.join('')}\r\n`;
}

/** Bytes both ways until one side ends; what is under way then still arrives. */
function join(client: Duplex, node: Duplex): void {
  const pairs = [
    [client, node],
    [node, client],
  ] as const;
  for (const [from, to] of pairs) {
    from.on('error', () => {});
    from.pipe(to);
    from.once('close', () => {
      // Cut off, as opposed to ended: nothing is on its way any more.
      if (!from.readableEnded) return void to.destroy();
      to.end();
      setTimeout(() => to.destroy(), lingerMs).unref();
    });
  }
}
