import { Duplex } from 'node:stream';
import { protocolError, type SpdyFrame } from './frame.ts';
import type { SpdyHeaders } from './header-block.ts';

/** The window both sides begin with, in bytes. @see SPDY Protocol Draft 3.1 §2.6.8 */
export const initialWindowBytes = 64 * 1024;

/** Data frames are cut to this, so that streams share a connection fairly. */
const maxDataBytes = 16 * 1024;

/** Window is granted in steps of at least this. */
const acknowledgeBytes = initialWindowBytes / 4;

const CANCEL = 5;

/** What a stream needs of its connection. */
export interface StreamLink {
  /** Resolves when the connection takes more. */
  send(frame: Exclude<SpdyFrame, { kind: 'unknown' }>): Promise<void>;
  /** False until the peer has shown that it grants windows: kubectl's library never does, and would get no more. */
  controlled(): boolean;
  forget(stream: number): void;
}

/**
 * One stream of a SPDY connection. Reading it grants the peer more window, writing it waits for the peer's; `end` is
 * FIN; destroying one that is not finished resets it.
 */
export class SpdyStream extends Duplex {
  readonly id: number;
  readonly headers: SpdyHeaders;
  readonly #link: StreamLink;
  #window: number;
  #windowOpened: (() => void) | undefined;
  #unacknowledged = 0;
  #drained: (() => void) | undefined;
  #reset = false;

  constructor(id: number, headers: SpdyHeaders, link: StreamLink, windowBytes: number) {
    super({ readableHighWaterMark: initialWindowBytes, writableHighWaterMark: maxDataBytes });
    this.id = id;
    this.headers = headers;
    this.#link = link;
    this.#window = windowBytes;
  }

  /**
   * Data of the peer. Resolves at once for a peer that keeps to its window; for one that knows no windows, when there
   * is room again: the whole connection has to wait then, or memory would grow.
   *
   * @throws WeftError SPDY_PROTOCOL when a peer that knows windows breaks its own
   */
  async receive(bytes: Uint8Array, fin: boolean): Promise<void> {
    if (this.destroyed) return;
    if (bytes.length > 0) {
      this.#unacknowledged += bytes.length;
      const room = this.push(bytes);
      if (!room && this.#link.controlled() && this.readableLength > 3 * initialWindowBytes) {
        throw protocolError(`stream ${this.id} sent more than its window`);
      }
      if (!room && !this.#link.controlled()) await new Promise<void>((resolve) => (this.#drained = resolve));
    }
    if (fin) this.push(null);
  }

  /** The peer takes this many more bytes (less when negative). */
  grant(delta: number): void {
    this.#window += delta;
    if (this.#window > 0) this.#windowOpened?.();
  }

  /** The peer gave the stream up. */
  resetByPeer(): void {
    this.#reset = true;
    // Whoever reads sees the end of the data rather than an error: most peers reset what they have done with.
    this.destroy();
  }

  override _read(): void {
    this.#drained?.();
    this.#drained = undefined;
    const delta = this.#unacknowledged;
    if (delta < acknowledgeBytes) return;
    this.#unacknowledged = 0;
    void this.#link.send({ kind: 'window-update', stream: this.id, delta });
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error) => void): void {
    this.#sendAll(chunk).then(() => done(), done);
  }

  override _final(done: (error?: Error) => void): void {
    this.#link.send({ kind: 'data', stream: this.id, fin: true, bytes: new Uint8Array() }).then(() => done(), done);
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#drained?.();
    this.#windowOpened?.();
    const finished = this.readableEnded && this.writableFinished;
    if (!finished && !this.#reset) void this.#link.send({ kind: 'rst-stream', stream: this.id, status: CANCEL });
    this.#link.forget(this.id);
    done(error);
  }

  async #sendAll(chunk: Uint8Array): Promise<void> {
    for (let at = 0; at < chunk.length && !this.destroyed; ) {
      const room = this.#link.controlled() ? this.#window : maxDataBytes;
      if (room <= 0) {
        await new Promise<void>((resolve) => (this.#windowOpened = resolve));
        continue;
      }
      const bytes = chunk.subarray(at, at + Math.min(room, maxDataBytes));
      this.#window -= bytes.length;
      at += bytes.length;
      await this.#link.send({ kind: 'data', stream: this.id, fin: false, bytes });
    }
  }
}
