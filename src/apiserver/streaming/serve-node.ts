import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createWebSocketStream, type WebSocket, WebSocketServer } from 'ws';
import { errorText } from '../../base/errors.ts';
import type { Logger } from '../../base/log.ts';
import { Query } from '../http/query.ts';
import { sendError } from '../http/respond.ts';
import { badRequest, methodNotAllowed } from '../status-error.ts';
import { channelProtocols } from './channel-message.ts';
import { failureStatus } from './exit-status.ts';
import { readLogRequest } from './log-request.ts';
import { parseNodePath, parsePortPath } from './node-path.ts';
import type { NodeStreams, RemoteRun } from './node-streams.ts';
import { portForwardProtocol, portForwardTunnel, servePortForward } from './port-forward.ts';
import { relayPort } from './relay-port.ts';
import { type CommandRequest, type RemoteStreams, readCommandRequest } from './remote-command.ts';
import { spdyCommandProtocol, spdyStreams } from './spdy-command.ts';
import { routeUpgrades, switchingProtocols, takeUpgrade, upgradeOptions } from './upgrade.ts';
import { websocketStreams } from './websocket-command.ts';

/** Longest WebSocket message taken; kubectl sends tens of kilobytes. */
const maxMessageBytes = 4 * 1024 * 1024;

/**
 * A server of a node's streams, to listen on the unix socket that the API server passes its clients on to. It speaks
 * what clients of Kubernetes speak: channels over WebSocket, SPDY/3.1, and SPDY tunnelled through a WebSocket.
 *
 * `/exec|attach/NAMESPACE/POD/CONTAINER?uid=...`, `/portForward/NAMESPACE/POD?uid=...`,
 * `/containerLogs/NAMESPACE/POD/CONTAINER?uid=...`, `/port/PORT/PATH`.
 */
export function serveNode(node: NodeStreams, log: Logger): Server {
  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    try {
      await answer(node, request, response, log);
    } catch (error) {
      sendError(request, response, error, log);
    }
  };
  const server = createServer(upgradeOptions, handle);
  routeUpgrades(server, handle);
  return server;
}

interface Call {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly log: Logger;
}

async function answer(node: NodeStreams, request: IncomingMessage, response: ServerResponse, log: Logger) {
  const port = parsePortPath(request.url ?? '/');
  if (port !== undefined) {
    if (request.method !== 'GET') throw methodNotAllowed();
    return relayPort(() => node.connect(port.port), port.path, response);
  }
  const [path = '/', search] = (request.url ?? '/').split('?', 2);
  const parameters = new URLSearchParams(search);
  const query = new Query(parameters);
  const { action, target } = parseNodePath(path, query);
  const call = { request, response, log };
  if (action === 'containerLogs') {
    if (request.method !== 'GET') throw methodNotAllowed();
    const lines = await node.log(target, readLogRequest(query, Date.now()));
    response.writeHead(200, { 'content-type': 'text/plain; charset=utf-8' });
    // The headers go at once: a log that is followed may have nothing to say for long.
    response.flushHeaders();
    await pipeline(lines, response).catch(() => {});
    return;
  }
  if (action === 'portForward') {
    const protocol = choose(request, [portForwardTunnel], [portForwardProtocol]);
    const connect = await node.portForward(target);
    const serve = (transport: Duplex) => servePortForward(transport, connect);
    if (protocol.kind === 'spdy') return void (await startSpdy(call, protocol.name, serve));
    return void startWebSocket(call, protocol.name, (socket) => serve(createWebSocketStream(socket)));
  }
  const wanted = readCommandRequest(query, parameters.getAll('command'));
  const names = channelProtocols.map((one) => one.name);
  const protocol = choose(request, names, [spdyCommandProtocol]);
  const run = await (action === 'exec' ? node.exec(target, wanted) : node.attach(target, wanted));
  await startCommand(call, protocol, wanted, run);
}

async function startCommand(call: Call, protocol: Protocol, wanted: CommandRequest, run: RemoteRun): Promise<void> {
  if (protocol.kind === 'spdy') {
    return startSpdy(call, protocol.name, async (transport) => {
      const streams = await spdyStreams(transport, wanted);
      if (streams !== undefined) await runCommand(run, streams, call.log);
    });
  }
  const channel = channelProtocols.find((one) => one.name === protocol.name);
  if (channel === undefined) return;
  startWebSocket(call, channel.name, (socket) => runCommand(run, websocketStreams(socket, channel, wanted), call.log));
}

async function runCommand(run: RemoteRun, streams: RemoteStreams, log: Logger): Promise<void> {
  try {
    await streams.finish(await run(streams));
  } catch (error) {
    log.warn('stream failed', { error: errorText(error) });
    await streams.finish(failureStatus(errorText(error)));
  }
}

interface Protocol {
  readonly kind: 'websocket' | 'spdy';
  readonly name: string;
}

/** The client's first choice among what we speak. @throws StatusError 400 */
function choose(request: IncomingMessage, websocket: readonly string[], spdy: readonly string[]): Protocol {
  const kind = request.headers.upgrade?.toLowerCase();
  if (kind !== 'websocket' && kind !== 'spdy/3.1') throw badRequest('Upgrade request required');
  const header = kind === 'websocket' ? 'sec-websocket-protocol' : 'x-stream-protocol-version';
  const offered = String(request.headers[header] ?? '')
    .split(',')
    .map((one) => one.trim());
  const known = kind === 'websocket' ? websocket : spdy;
  const name = offered.find((one) => known.includes(one));
  if (name !== undefined) return { kind: kind === 'websocket' ? kind : 'spdy', name };
  throw badRequest(
    `unable to upgrade: none of the protocols "${offered.join(', ')}" is spoken, ${header} ${known.join(' or ')} needed`,
  );
}

async function startSpdy({ request, response, log }: Call, name: string, serve: (transport: Duplex) => Promise<void>) {
  const upgrade = takeUpgrade(request, response);
  if (upgrade === undefined) return;
  const { socket, head } = upgrade;
  socket.write(switchingProtocols({ Upgrade: 'SPDY/3.1', 'X-Stream-Protocol-Version': name }));
  if (head.length > 0) socket.unshift(head);
  await serve(socket).catch((error) => {
    log.warn('stream failed', { error: errorText(error) });
    socket.destroy();
  });
}

const sockets = new WebSocketServer({ noServer: true, perMessageDeflate: false, maxPayload: maxMessageBytes });
const protocolOf = new WeakMap<IncomingMessage, string>();
sockets.on('headers', (headers, request) => {
  const name = protocolOf.get(request);
  if (name !== undefined) headers.push(`Sec-WebSocket-Protocol: ${name}`);
});

/** The subprotocol is settled here: the name of the tunnel has a slash, which `ws` refuses. @see RFC 6455 §4.1 */
function startWebSocket(
  { request, response, log }: Call,
  name: string,
  serve: (socket: WebSocket) => Promise<void>,
): void {
  const upgrade = takeUpgrade(request, response);
  if (upgrade === undefined) return;
  delete request.headers['sec-websocket-protocol'];
  protocolOf.set(request, name);
  sockets.handleUpgrade(request, upgrade.socket, upgrade.head, (socket) => {
    serve(socket).catch((error) => {
      log.warn('stream failed', { error: errorText(error) });
      socket.terminate();
    });
  });
}
