import { once } from 'node:events';
import type { Duplex } from 'node:stream';
import type { JsonRecord } from '../json.ts';
import { type CommandRequest, createResizes, type RemoteStreams } from './remote-command.ts';
import { SpdySession } from './spdy/session.ts';
import type { SpdyStream } from './spdy/stream.ts';

/** The one version of the streams' protocol over SPDY that we speak; kubectl has offered it since 2016. */
export const spdyCommandProtocol = 'v4.channel.k8s.io';

/** How long a client may take to open its streams. */
const streamsLimitMs = 30_000;

/**
 * The streams of a command over SPDY/3.1: the client opens one per kind, named by the header `streamType`.
 *
 * @returns `undefined` when the client opens something else or takes too long; the connection is then closed
 */
export async function spdyStreams(transport: Duplex, request: CommandRequest): Promise<RemoteStreams | undefined> {
  const gone = new AbortController();
  const resizes = createResizes();
  const streams = new Map<string, SpdyStream>();
  const wanted = streamTypes(request);
  const { promise: complete, resolve } = Promise.withResolvers<boolean>();
  const session = new SpdySession(transport, (stream) => {
    const type = stream.headers.get('streamtype') ?? '';
    if (!wanted.includes(type) || streams.has(type)) return void stream.destroy();
    streams.set(type, stream);
    if (streams.size === wanted.length) resolve(true);
  });
  void session.closed.then(() => {
    gone.abort();
    resolve(false);
  });
  const late = setTimeout(() => resolve(false), streamsLimitMs);
  const ready = await complete;
  clearTimeout(late);
  if (!ready) {
    await session.close(0);
    return undefined;
  }
  // What a client only reads it may still end or reset; nobody waits for that.
  for (const type of ['stdout', 'stderr', 'error']) streams.get(type)?.resume();
  streams.get('resize')?.on('data', (chunk: Buffer) => resizes.push(chunk.toString()));
  return {
    ...{ stdin: streams.get('stdin'), stdout: streams.get('stdout'), stderr: streams.get('stderr') },
    ...{ gone: gone.signal, onResize: resizes.onResize },
    finish: (status) => finish(session, streams, status),
  };
}

function streamTypes(request: CommandRequest): readonly string[] {
  return [
    'error',
    ...(request.stdin ? ['stdin'] : []),
    ...(request.stdout ? ['stdout'] : []),
    ...(request.stderr ? ['stderr'] : []),
    ...(request.tty ? ['resize'] : []),
  ];
}

async function finish(session: SpdySession, streams: ReadonlyMap<string, SpdyStream>, status: JsonRecord) {
  const ended = ['stdout', 'stderr'].map((type) => endStream(streams.get(type)));
  await Promise.all(ended);
  await endStream(streams.get('error'), JSON.stringify(status));
  // Closed from here at once, kubectl drops what it has received but not yet passed on.
  await Promise.race([session.closed, once(AbortSignal.timeout(clientCloseMs), 'abort')]);
  await session.close();
}

/** kubectl closes by itself as soon as it has read the status. */
const clientCloseMs = 5000;

async function endStream(stream: SpdyStream | undefined, last?: string): Promise<void> {
  if (stream === undefined || stream.destroyed) return;
  await new Promise<void>((resolve) => {
    stream.once('close', resolve);
    stream.end(last, resolve);
  });
}
