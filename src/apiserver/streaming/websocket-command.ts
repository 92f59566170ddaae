import { Readable, Writable } from 'node:stream';
import type { RawData, WebSocket } from 'ws';
import { type ChannelProtocol, channels, decodeChannelMessage, encodeChannelMessage } from './channel-message.ts';
import { type CommandRequest, createResizes, type RemoteStreams } from './remote-command.ts';

/** A client that went away without a word is noticed by a write that fails. */
const pingEveryMs = 10_000;
/** How long the client may take to close its side. */
const lingerMs = 10_000;

/** The streams of a command over a WebSocket of channels. */
export function websocketStreams(socket: WebSocket, protocol: ChannelProtocol, request: CommandRequest): RemoteStreams {
  const gone = new AbortController();
  const resizes = createResizes();
  const stdin = request.stdin ? new Readable({ read: () => socket.resume() }) : undefined;
  socket.on('message', (data) => {
    const message = decodeChannelMessage(protocol, messageBytes(data));
    if (message?.channel === channels.resize && message.kind === 'data') return resizes.push(message.bytes.toString());
    if (message?.channel !== channels.stdin || stdin === undefined || stdin.destroyed || stdin.readableEnded) return;
    if (message.kind === 'close') stdin.push(null);
    // There is one window for all channels: a command that reads nothing holds the others up, too.
    else if (message.bytes.length > 0 && !stdin.push(message.bytes)) socket.pause();
  });
  const ping = setInterval(() => {
    if (socket.readyState === socket.OPEN && socket.bufferedAmount === 0) socket.ping();
  }, pingEveryMs);
  ping.unref();
  const closed = new Promise<void>((resolve) => socket.once('close', resolve));
  void closed.then(() => {
    clearInterval(ping);
    gone.abort();
    stdin?.destroy();
  });
  socket.on('error', () => {});
  const output = (channel: number) => channelOutput(socket, protocol, channel);
  const stdout = request.stdout ? output(channels.stdout) : undefined;
  const stderr = request.stderr ? output(channels.stderr) : undefined;
  // Some clients wait for a first message before they believe that the command runs.
  sendOn(socket, protocol, stdout ? channels.stdout : stderr ? channels.stderr : channels.error, new Uint8Array());
  return {
    ...{ stdin, stdout, stderr, gone: gone.signal, onResize: resizes.onResize },
    finish: async (status) => {
      await Promise.all([stdout, stderr].map((one) => endOutput(one)));
      sendOn(socket, protocol, channels.error, Buffer.from(JSON.stringify(status)));
      socket.close(1000);
      stdin?.destroy();
      socket.resume();
      const late = setTimeout(() => socket.terminate(), lingerMs);
      await closed;
      clearTimeout(late);
    },
  };
}

/** Writes are done when the connection has taken them: that is what slows a talkative command down. */
function channelOutput(socket: WebSocket, protocol: ChannelProtocol, channel: number): Writable {
  return new Writable({
    write: (chunk: Buffer, _encoding, done) => {
      // The error stays here: a client that has gone is told of by `gone`, and nobody is left to read the rest.
      if (socket.readyState !== socket.OPEN) return done();
      socket.send(encodeChannelMessage(protocol, channel, chunk), () => done());
    },
  });
}

function endOutput(output: Writable | undefined): Promise<void> {
  if (output === undefined || output.writableFinished || output.destroyed) return Promise.resolve();
  return new Promise((resolve) => {
    output.once('close', resolve);
    output.end();
  });
}

function sendOn(socket: WebSocket, protocol: ChannelProtocol, channel: number, bytes: Uint8Array): void {
  if (socket.readyState === socket.OPEN) socket.send(encodeChannelMessage(protocol, channel, bytes));
}

/** The bytes of a message as `ws` delivers it. */
export function messageBytes(data: RawData): Buffer {
  if (Buffer.isBuffer(data)) return data;
  return Array.isArray(data) ? Buffer.concat(data) : Buffer.from(data);
}
