import { WeftError } from '../../../base/errors.ts';

/** One frame of SPDY/3.1. Header blocks are still compressed. @see SPDY Protocol Draft 3.1 §2.2, §2.6 */
export type SpdyFrame =
  | { readonly kind: 'data'; readonly stream: number; readonly fin: boolean; readonly bytes: Uint8Array }
  | {
      readonly kind: 'syn-stream';
      readonly stream: number;
      /** The stream this one belongs to; 0 = none. */
      readonly associated: number;
      /** 0 = highest ... 7. */
      readonly priority: number;
      readonly fin: boolean;
      readonly unidirectional: boolean;
      readonly headers: Uint8Array;
    }
  | { readonly kind: 'syn-reply'; readonly stream: number; readonly fin: boolean; readonly headers: Uint8Array }
  | { readonly kind: 'rst-stream'; readonly stream: number; readonly status: number }
  | { readonly kind: 'settings'; readonly settings: readonly SpdySetting[] }
  | { readonly kind: 'ping'; readonly id: number }
  | { readonly kind: 'goaway'; readonly lastStream: number; readonly status: number }
  | { readonly kind: 'headers'; readonly stream: number; readonly fin: boolean; readonly headers: Uint8Array }
  | { readonly kind: 'window-update'; readonly stream: number; readonly delta: number }
  /** A control frame of a type this version does not have: to be ignored. */
  | { readonly kind: 'unknown'; readonly type: number };

/** One setting: 7 is the initial window in bytes. @see SPDY Protocol Draft 3.1 §2.6.4 */
export interface SpdySetting {
  readonly id: number;
  readonly flags: number;
  readonly value: number;
}

/** Bytes in front of every frame's content. */
export const frameHeaderLength = 8;

const version = 3;
const FLAG_FIN = 1;
const FLAG_UNIDIRECTIONAL = 2;
const types = {
  'syn-stream': 1,
  'syn-reply': 2,
  'rst-stream': 3,
  settings: 4,
  ping: 6,
  goaway: 7,
  headers: 8,
  'window-update': 9,
} as const;

/** The length of the content behind a frame header (24 bits at offset 5). */
export function frameLength(header: Uint8Array): number {
  return view(header).getUint32(4) & 0xffffff;
}

/** True for a control frame, false for data. */
export function isControlFrame(header: Uint8Array): boolean {
  return (view(header).getUint8(0) & 0x80) !== 0;
}

/** The bytes of a frame. Throws nothing: numbers are cut to their width. */
export function encodeFrame(frame: Exclude<SpdyFrame, { kind: 'unknown' }>): Uint8Array {
  switch (frame.kind) {
    case 'data': {
      const bytes = new Uint8Array(frameHeaderLength + frame.bytes.length);
      view(bytes).setUint32(0, frame.stream & 0x7fffffff);
      view(bytes).setUint32(4, ((frame.fin ? FLAG_FIN : 0) << 24) | frame.bytes.length);
      bytes.set(frame.bytes, frameHeaderLength);
      return bytes;
    }
    case 'syn-stream': {
      const flags = (frame.fin ? FLAG_FIN : 0) | (frame.unidirectional ? FLAG_UNIDIRECTIONAL : 0);
      const content = [frame.stream, frame.associated];
      const priority = Uint8Array.of((frame.priority & 7) << 5, 0);
      return control(types['syn-stream'], flags, content, [...priority, ...frame.headers]);
    }
    case 'syn-reply':
    case 'headers':
      return control(types[frame.kind], frame.fin ? FLAG_FIN : 0, [frame.stream], frame.headers);
    case 'rst-stream':
      return control(types['rst-stream'], 0, [frame.stream, frame.status]);
    case 'settings': {
      const entries = frame.settings.flatMap((one) => [((one.flags & 0xff) << 24) | (one.id & 0xffffff), one.value]);
      return control(types.settings, 0, [frame.settings.length, ...entries]);
    }
    case 'ping':
      return control(types.ping, 0, [frame.id]);
    case 'goaway':
      return control(types.goaway, 0, [frame.lastStream, frame.status]);
    case 'window-update':
      return control(types['window-update'], 0, [frame.stream, frame.delta]);
  }
}

function control(type: number, flags: number, words: readonly number[], rest: ArrayLike<number> = []): Uint8Array {
  const length = 4 * words.length + rest.length;
  const bytes = new Uint8Array(frameHeaderLength + length);
  const at = view(bytes);
  at.setUint16(0, 0x8000 | version);
  at.setUint16(2, type);
  at.setUint32(4, (flags << 24) | length);
  words.forEach((word, index) => {
    at.setUint32(frameHeaderLength + 4 * index, word);
  });
  bytes.set(rest, frameHeaderLength + 4 * words.length);
  return bytes;
}

/**
 * One whole frame. Byte ranges of the answer share the input's memory.
 *
 * @throws WeftError SPDY_PROTOCOL when the version or the length does not fit
 */
export function decodeFrame(bytes: Uint8Array): SpdyFrame {
  if (bytes.length < frameHeaderLength || bytes.length !== frameHeaderLength + frameLength(bytes)) {
    throw protocolError(`${bytes.length} bytes, one whole frame needed`);
  }
  const at = view(bytes);
  const flags = at.getUint8(4);
  const fin = (flags & FLAG_FIN) !== 0;
  if (!isControlFrame(bytes)) {
    return { kind: 'data', stream: at.getUint32(0), fin, bytes: bytes.subarray(frameHeaderLength) };
  }
  const found = at.getUint16(0) & 0x7fff;
  if (found !== version) throw protocolError(`version ${found}, ${version} needed`);
  return decodeControl(at.getUint16(2), flags, bytes.subarray(frameHeaderLength));
}

function decodeControl(type: number, flags: number, content: Uint8Array): SpdyFrame {
  const fin = (flags & FLAG_FIN) !== 0;
  const id = (index: number) => word(content, index) & 0x7fffffff;
  switch (type) {
    case types['syn-stream']:
      return {
        kind: 'syn-stream',
        stream: id(0),
        associated: id(1),
        priority: word(content, 2, 2) >>> 13,
        fin,
        unidirectional: (flags & FLAG_UNIDIRECTIONAL) !== 0,
        headers: content.subarray(10),
      };
    case types['syn-reply']:
      return { kind: 'syn-reply', stream: id(0), fin, headers: content.subarray(4) };
    case types['rst-stream']:
      return { kind: 'rst-stream', stream: id(0), status: word(content, 1) };
    case types.settings:
      return { kind: 'settings', settings: decodeSettings(content) };
    case types.ping:
      return { kind: 'ping', id: word(content, 0) };
    case types.goaway:
      return { kind: 'goaway', lastStream: id(0), status: word(content, 1) };
    case types.headers:
      return { kind: 'headers', stream: id(0), fin, headers: content.subarray(4) };
    case types['window-update']:
      return { kind: 'window-update', stream: id(0), delta: id(1) };
    default:
      return { kind: 'unknown', type };
  }
}

function decodeSettings(content: Uint8Array): readonly SpdySetting[] {
  const count = word(content, 0);
  if (content.length !== 4 + 8 * count) throw protocolError(`${count} settings in ${content.length} bytes`);
  return Array.from({ length: count }, (_, index) => {
    const head = word(content, 1 + 2 * index);
    return { flags: head >>> 24, id: head & 0xffffff, value: word(content, 2 + 2 * index) };
  });
}

/** The 32-bit (or 16-bit) number at the given word. */
function word(content: Uint8Array, index: number, width: 2 | 4 = 4): number {
  if (content.length < 4 * index + width)
    throw protocolError(`a control frame of ${content.length} bytes is too short`);
  const at = view(content);
  return width === 4 ? at.getUint32(4 * index) : at.getUint16(4 * index);
}

function view(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** What a peer sent that no SPDY/3.1 peer may send. */
export function protocolError(found: string): WeftError {
  return new WeftError('SPDY_PROTOCOL', `Cannot read SPDY frame: ${found}`);
}
