import type { Duplex } from 'node:stream';
import { hasCode } from '../../../base/errors.ts';
import { decodeFrame, encodeFrame, type SpdyFrame } from './frame.ts';
import { FrameSplitter } from './frame-splitter.ts';
import { HeaderCompression } from './header-compression.ts';
import { initialWindowBytes, SpdyStream, type StreamLink } from './stream.ts';

const PROTOCOL_ERROR = 1;
const REFUSED_STREAM = 3;
const SETTINGS_INITIAL_WINDOW_SIZE = 7;
/** A peer that opens more at one time is refused the rest. */
const maxStreams = 1000;
/** Answers that may wait for a peer that reads nothing. */
const maxAnswerBytes = 1024 * 1024;
/** A peer that went away without a word is noticed by a write that fails. */
const pingEveryMs = 10_000;

/**
 * The serving side of a SPDY/3.1 connection over any byte stream: answers every new stream and hands it to `accept`.
 *
 * Races: frames are handled strictly one after the other, so a stream's reply always precedes its data, and the shared
 * compression state is never used twice at a time. A stream may be destroyed by its user at any moment; frames for it
 * that are still under way are dropped.
 *
 * @see SPDY Protocol Draft 3.1
 */
export class SpdySession {
  /** Resolves when the connection has ended, for whatever reason; all streams are then destroyed. */
  readonly closed: Promise<void>;
  readonly #transport: Duplex;
  readonly #accept: (stream: SpdyStream) => void;
  readonly #compression = new HeaderCompression();
  readonly #streams = new Map<number, SpdyStream>();
  readonly #link: StreamLink;
  #windowBytes = initialWindowBytes;
  #controlled = false;
  #lastStream = 0;
  #pings = 0;

  constructor(transport: Duplex, accept: (stream: SpdyStream) => void) {
    this.#transport = transport;
    this.#accept = accept;
    this.#link = {
      send: (frame) => this.#send(frame),
      controlled: () => this.#controlled,
      forget: (stream) => this.#streams.delete(stream),
    };
    transport.on('error', () => {});
    this.closed = this.#run();
  }

  /** Says good-bye and ends once what was written is out; the peer's end closes the connection. */
  async close(lingerMs = 10_000): Promise<void> {
    await this.#send({ kind: 'goaway', lastStream: this.#lastStream, status: 0 });
    const late = setTimeout(() => this.#transport.destroy(), lingerMs);
    this.#transport.end();
    await this.closed;
    clearTimeout(late);
  }

  async #run(): Promise<void> {
    const timer = setInterval(() => this.#ping(), pingEveryMs);
    timer.unref();
    try {
      const splitter = new FrameSplitter();
      for await (const piece of this.#transport) {
        for (const frame of splitter.push(piece)) await this.#handle(decodeFrame(frame));
      }
    } catch (error) {
      if (hasCode(error, 'SPDY_PROTOCOL')) {
        this.#transport.end(encodeFrame({ kind: 'goaway', lastStream: this.#lastStream, status: PROTOCOL_ERROR }));
      }
    } finally {
      clearInterval(timer);
      this.#transport.destroy();
      this.#compression.close();
      for (const stream of [...this.#streams.values()]) stream.resetByPeer();
    }
  }

  async #handle(frame: SpdyFrame): Promise<void> {
    switch (frame.kind) {
      case 'syn-stream':
        return this.#open(frame);
      case 'data':
        return this.#streams.get(frame.stream)?.receive(frame.bytes, frame.fin);
      case 'headers':
      case 'syn-reply':
        // Nobody here reads them, but the compression state has to see every block.
        await this.#compression.decompress(frame.headers);
        if (frame.fin) await this.#streams.get(frame.stream)?.receive(new Uint8Array(), true);
        return;
      case 'rst-stream':
        return this.#streams.get(frame.stream)?.resetByPeer();
      case 'ping':
        // Odd numbers are the client's questions, even ones answers to ours.
        return frame.id % 2 === 1 ? this.#answer(frame) : undefined;
      case 'window-update':
        this.#controlled = true;
        return this.#streams.get(frame.stream)?.grant(frame.delta);
      case 'settings':
        return this.#configure(frame);
      case 'goaway':
      case 'unknown':
        return;
    }
  }

  async #open(frame: Extract<SpdyFrame, { kind: 'syn-stream' }>): Promise<void> {
    const headers = await this.#compression.decompress(frame.headers);
    const { stream: id } = frame;
    if (id % 2 === 0 || id <= this.#lastStream) {
      return this.#answer({ kind: 'rst-stream', stream: id, status: PROTOCOL_ERROR });
    }
    this.#lastStream = id;
    if (this.#streams.size >= maxStreams) {
      return this.#answer({ kind: 'rst-stream', stream: id, status: REFUSED_STREAM });
    }
    const stream = new SpdyStream(id, headers, this.#link, this.#windowBytes);
    // A stream ends by an error only when its connection does; its user sees the end.
    stream.on('error', () => {});
    this.#streams.set(id, stream);
    const block = await this.#compression.compress(new Map());
    await this.#answer({ kind: 'syn-reply', stream: id, fin: frame.unidirectional, headers: block });
    if (frame.fin) await stream.receive(new Uint8Array(), true);
    if (frame.unidirectional) stream.end();
    this.#accept(stream);
  }

  #configure(frame: Extract<SpdyFrame, { kind: 'settings' }>): void {
    const window = frame.settings.find((one) => one.id === SETTINGS_INITIAL_WINDOW_SIZE);
    if (window === undefined) return;
    this.#controlled = true;
    const delta = window.value - this.#windowBytes;
    this.#windowBytes = window.value;
    for (const stream of this.#streams.values()) stream.grant(delta);
  }

  #ping(): void {
    this.#pings += 2;
    if (this.#transport.writableLength === 0) void this.#send({ kind: 'ping', id: this.#pings });
  }

  /**
   * Sends from within the reading: it goes on while the peer takes nothing (the peer might wait for the same), but not
   * for ever.
   */
  async #answer(frame: Exclude<SpdyFrame, { kind: 'unknown' }>): Promise<void> {
    const sent = this.#send(frame);
    if (this.#transport.writableLength > maxAnswerBytes) await sent;
  }

  /** Resolves when the connection takes more, or is gone. */
  #send(frame: Exclude<SpdyFrame, { kind: 'unknown' }>): Promise<void> {
    const transport = this.#transport;
    if (transport.destroyed || transport.writableEnded) return Promise.resolve();
    return transport.write(encodeFrame(frame)) ? Promise.resolve() : this.#untilDrained();
  }

  #draining: Promise<void> | undefined;

  #untilDrained(): Promise<void> {
    this.#draining ??= new Promise<void>((resolve) => {
      const done = () => {
        this.#transport.off('drain', done).off('close', done);
        this.#draining = undefined;
        resolve();
      };
      this.#transport.on('drain', done).on('close', done);
    });
    return this.#draining;
  }
}
