import type { Duplex } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { errorText } from '../../base/errors.ts';
import { SpdySession } from './spdy/session.ts';
import type { SpdyStream } from './spdy/stream.ts';

/** The subprotocol of port-forward over SPDY; over a WebSocket the SPDY connection itself is tunnelled. */
export const portForwardProtocol = 'portforward.k8s.io';
export const portForwardTunnel = `SPDY/3.1+${portForwardProtocol}`;

/** Opens a connection to a port inside the pod. @throws an error whose message the client is shown */
export type ConnectToPort = (port: number) => Promise<Duplex>;

/**
 * Serves one port-forward session until the client ends it: for each connection the client opens a pair of streams of
 * one `requestID`, first `streamType: error`, then `streamType: data`.
 */
export async function servePortForward(transport: Duplex, connect: ConnectToPort): Promise<void> {
  const waiting = new Map<string, SpdyStream>();
  const session = new SpdySession(transport, (stream) => {
    const id = stream.headers.get('requestid');
    const type = stream.headers.get('streamtype');
    if (id === undefined || (type !== 'error' && type !== 'data')) return void stream.destroy();
    if (type === 'error') {
      waiting.set(id, stream);
      stream.once('close', () => waiting.get(id) === stream && waiting.delete(id)).resume();
      return;
    }
    const errors = waiting.get(id);
    if (errors === undefined) return void stream.destroy();
    waiting.delete(id);
    void forward(stream, errors, connect);
  });
  await session.closed;
}

async function forward(data: SpdyStream, errors: SpdyStream, connect: ConnectToPort): Promise<void> {
  let target: Duplex;
  try {
    target = await connect(readPort(data.headers.get('port')));
  } catch (error) {
    errors.end(`unable to do port forwarding: ${errorText(error)}`);
    // What the client sends meanwhile is read, not refused: it reads the reason then.
    data.resume();
    data.end();
    return;
  }
  // Each direction ends alone; when one breaks, pipeline destroys both ends and with them the other.
  const results = await Promise.allSettled([pipeline(data, target), pipeline(target, data)]);
  target.destroy();
  const broken = results.find((one) => one.status === 'rejected');
  const gone = broken === undefined || errors.destroyed || data.destroyed;
  errors.end(gone ? undefined : `unable to do port forwarding: ${errorText(broken.reason)}`);
}

function readPort(text: string | undefined): number {
  const port = Number(text);
  if (Number.isInteger(port) && port > 0 && port <= 65_535) return port;
  throw new RangeError(`"${text ?? ''}" is not a port, 1 to 65535 needed`);
}
