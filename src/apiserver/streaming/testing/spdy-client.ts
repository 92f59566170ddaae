import { request as httpRequest } from 'node:http';
import type { Duplex } from 'node:stream';
import { decodeFrame, encodeFrame, type SpdyFrame } from '../spdy/frame.ts';
import { FrameSplitter } from '../spdy/frame-splitter.ts';
import { HeaderCompression } from '../spdy/header-compression.ts';

/** What a test client has received on one stream. */
export interface ClientStream {
  readonly id: number;
  readonly received: Buffer[];
  /** Resolves with everything when the server has ended or reset the stream. */
  readonly ended: Promise<string>;
  send(bytes: Uint8Array | string, fin?: boolean): void;
  reset(): void;
}

/** The client side of SPDY/3.1 for tests: as simple as kubectl's library, which knows no windows. */
export class SpdyClient {
  readonly frames: SpdyFrame[] = [];
  readonly closed: Promise<void>;
  readonly #transport: Duplex;
  readonly #compression = new HeaderCompression();
  readonly #ends = new Map<number, () => void>();
  readonly #streams = new Map<number, ClientStream>();
  #next = 1;
  #opening = Promise.resolve();

  constructor(transport: Duplex) {
    this.#transport = transport;
    const splitter = new FrameSplitter();
    transport.on('error', () => {});
    transport.on('data', (piece: Buffer) => {
      for (const frame of splitter.push(piece)) this.#take(decodeFrame(frame));
    });
    this.closed = new Promise((resolve) => transport.once('close', resolve));
    void this.closed.then(() => {
      for (const end of this.#ends.values()) end();
    });
  }

  /** Opens a connection by an upgrade over a unix socket. Rejects with the status and body of a refusal. */
  static async connect(socketPath: string, path: string, protocol: string): Promise<SpdyClient> {
    const headers = { connection: 'Upgrade', upgrade: 'SPDY/3.1', 'x-stream-protocol-version': protocol };
    return new Promise((resolve, reject) => {
      const outgoing = httpRequest({ socketPath, path, method: 'POST', headers, agent: false });
      outgoing.on('upgrade', (_answer, socket, head) => {
        if (head.length > 0) socket.unshift(head);
        resolve(new SpdyClient(socket));
      });
      outgoing.on('response', async (answer) => {
        reject(new Error(`${answer.statusCode} ${Buffer.concat(await answer.toArray())}`));
      });
      outgoing.on('error', reject);
      outgoing.end();
    });
  }

  /** Opens a stream. @param forced a number that is not this stream's turn */
  async open(headers: Readonly<Record<string, string>>, fin = false, forced?: number): Promise<ClientStream> {
    const id = forced ?? this.#next;
    if (forced === undefined) this.#next += 2;
    const received: Buffer[] = [];
    const ended = new Promise<string>((resolve) => {
      this.#ends.set(id, () => resolve(Buffer.concat(received).toString()));
    });
    const send = (bytes: Uint8Array | string, last = false) =>
      this.write({
        kind: 'data',
        stream: id,
        fin: last,
        bytes: typeof bytes === 'string' ? Buffer.from(bytes) : bytes,
      });
    const stream = {
      id,
      received,
      ended,
      send,
      reset: () => this.write({ kind: 'rst-stream', stream: id, status: 5 }),
    };
    this.#streams.set(id, stream);
    const before = this.#opening;
    const opened = Promise.withResolvers<void>();
    this.#opening = opened.promise;
    await before;
    const block = await this.#compression.compress(new Map(Object.entries(headers)));
    opened.resolve();
    this.write({
      kind: 'syn-stream',
      stream: id,
      associated: 0,
      priority: 0,
      fin,
      unidirectional: false,
      headers: block,
    });
    return stream;
  }

  write(frame: Exclude<SpdyFrame, { kind: 'unknown' }>): void {
    if (!this.#transport.destroyed) this.#transport.write(encodeFrame(frame));
  }

  /** Bytes as they are: what no honest client sends. */
  writeRaw(bytes: Uint8Array): void {
    this.#transport.write(bytes);
  }

  /** Stops reading, so that the server finds no room. */
  pause(): void {
    this.#transport.pause();
  }

  resume(): void {
    this.#transport.resume();
  }

  close(): void {
    this.#transport.destroy();
  }

  #take(frame: SpdyFrame): void {
    this.frames.push(frame);
    if (frame.kind === 'data') {
      this.#streams.get(frame.stream)?.received.push(Buffer.from(frame.bytes));
      if (frame.fin) this.#ends.get(frame.stream)?.();
    } else if (frame.kind === 'rst-stream') this.#ends.get(frame.stream)?.();
  }
}
