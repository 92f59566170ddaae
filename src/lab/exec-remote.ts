import { WebSocket } from 'ws';
import {
  type ChannelProtocol,
  channelProtocols,
  channels,
  decodeChannelMessage,
  encodeChannelClose,
  encodeChannelMessage,
} from '../apiserver/streaming/channel-message.ts';
import { readExitStatus } from '../apiserver/streaming/exit-status.ts';
import { formatTerminalSize } from '../apiserver/streaming/remote-command.ts';
import { messageBytes } from '../apiserver/streaming/websocket-command.ts';
import { WeftError } from '../base/errors.ts';
import type { Connection } from '../datastore/connection.ts';

/** What to run where. */
export interface RemoteExec {
  readonly namespace: string;
  readonly pod: string;
  readonly container: string | undefined;
  readonly command: readonly string[];
  readonly stdin: boolean;
  /** Both this terminal and one for the command. */
  readonly tty: boolean;
}

/**
 * Runs a command in a pod by the API server, over a WebSocket, on this process's standard streams.
 *
 * @returns the command's exit status
 * @throws WeftError LAB_EXEC in the server's words
 */
export async function execRemote(connection: Connection, exec: RemoteExec): Promise<number> {
  const socket = await open(connection, execPath(exec));
  const protocol = channelProtocols.find((one) => one.name === socket.protocol);
  if (protocol === undefined)
    throw failure(exec, `the server speaks "${socket.protocol}", a version of channel.k8s.io needed`);
  const restore = exec.tty ? startTerminal(socket, protocol) : () => {};
  if (exec.stdin) sendInput(socket, protocol);
  try {
    const status = readExitStatus(await receive(socket, protocol, exec));
    if ('code' in status) return status.code;
    throw failure(exec, status.failure);
  } finally {
    restore();
    process.stdin.pause();
  }
}

function execPath(exec: RemoteExec): string {
  const query = new URLSearchParams(exec.command.map((word) => ['command', word]));
  if (exec.container !== undefined) query.set('container', exec.container);
  for (const [name, wanted] of [
    ['stdin', exec.stdin],
    ['stdout', true],
    ['stderr', !exec.tty],
    ['tty', exec.tty],
  ] as const) {
    if (wanted) query.set(name, 'true');
  }
  const [namespace, pod] = [exec.namespace, exec.pod].map(encodeURIComponent);
  return `/api/v1/namespaces/${namespace}/pods/${pod}/exec?${query}`;
}

async function open(connection: Connection, path: string): Promise<WebSocket> {
  const { server, headers, certificateAuthority, insecure, serverName } = connection;
  const { authorization, certificate, privateKey } = await connection.credentials.current();
  const url =
    server.kind === 'unix'
      ? `ws+unix:${server.path}:${path}`
      : `${server.tls ? 'wss' : 'ws'}://${server.host.includes(':') ? `[${server.host}]` : server.host}:${server.port}${server.basePath}${path}`;
  const names = channelProtocols.filter((one) => !one.base64).map((one) => one.name);
  const socket = new WebSocket(url, names, {
    handshakeTimeout: 30_000,
    perMessageDeflate: false,
    headers: { ...headers, ...(authorization === undefined ? {} : { authorization }) },
    ...(certificateAuthority === undefined ? {} : { ca: certificateAuthority }),
    ...(insecure === true ? { rejectUnauthorized: false } : {}),
    ...(serverName === undefined ? {} : { servername: serverName }),
    ...(certificate === undefined ? {} : { cert: certificate }),
    ...(privateKey === undefined ? {} : { key: privateKey }),
  });
  return new Promise((resolve, reject) => {
    const refuse = (found: string) =>
      reject(new WeftError('LAB_EXEC', `Cannot exec in pod by ${connection.source}: ${found}`));
    socket.once('open', () => resolve(socket));
    socket.on('error', (error) => refuse(error.message));
    socket.once('unexpected-response', (_request, response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (piece: string) => (text += piece));
      response.on('end', () => {
        const status = readExitStatus(text);
        refuse('failure' in status ? status.failure : `status ${response.statusCode}`);
      });
    });
  });
}

/** Passes output on until the connection ends; resolves with what the error channel said. */
function receive(socket: WebSocket, protocol: ChannelProtocol, exec: RemoteExec): Promise<string> {
  const errors: Buffer[] = [];
  socket.on('message', (data) => {
    const message = decodeChannelMessage(protocol, messageBytes(data));
    if (message?.kind !== 'data' || message.bytes.length === 0) return;
    if (message.channel === channels.error) errors.push(message.bytes);
    const to =
      message.channel === channels.stdout
        ? process.stdout
        : message.channel === channels.stderr
          ? process.stderr
          : undefined;
    if (to === undefined || to.write(message.bytes)) return;
    socket.pause();
    to.once('drain', () => socket.resume());
  });
  return new Promise((resolve, reject) => {
    socket.once('close', (code) => {
      if (errors.length > 0) resolve(Buffer.concat(errors).toString());
      else reject(failure(exec, `the connection ended (${code}) before the command did`));
    });
  });
}

function sendInput(socket: WebSocket, protocol: ChannelProtocol): void {
  process.stdin.on('data', (piece: Buffer) => {
    if (socket.readyState !== socket.OPEN) return;
    process.stdin.pause();
    socket.send(encodeChannelMessage(protocol, channels.stdin, piece), () => process.stdin.resume());
  });
  process.stdin.once('end', () => {
    const close = encodeChannelClose(protocol, channels.stdin);
    if (close !== undefined && socket.readyState === socket.OPEN) socket.send(close);
  });
}

/** Keys go to the command as they are, Ctrl-C too, and it knows the window; the returned function undoes that. */
function startTerminal(socket: WebSocket, protocol: ChannelProtocol): () => void {
  const tell = () => {
    const { columns, rows } = process.stdout;
    if (socket.readyState !== socket.OPEN || columns === undefined || rows === undefined) return;
    socket.send(encodeChannelMessage(protocol, channels.resize, Buffer.from(formatTerminalSize({ columns, rows }))));
  };
  process.stdin.setRawMode(true);
  process.stdout.on('resize', tell);
  tell();
  return () => {
    process.stdout.off('resize', tell);
    process.stdin.setRawMode(false);
  };
}

function failure(exec: RemoteExec, found: string): WeftError {
  return new WeftError('LAB_EXEC', `Cannot exec in pod "${exec.namespace}/${exec.pod}": ${found}`);
}
