import { protocolError } from './frame.ts';

/** Headers of a stream: names in lower case; several values of a name are joined by NUL. */
export type SpdyHeaders = ReadonlyMap<string, string>;

const maxHeaders = 100;

/** The name/value block, before compression. @see SPDY Protocol Draft 3.1 §2.6.10 */
export function encodeHeaderBlock(headers: SpdyHeaders): Uint8Array {
  const parts = [number(headers.size)];
  for (const [name, value] of headers) {
    for (const text of [name.toLowerCase(), value]) {
      const bytes = new TextEncoder().encode(text);
      parts.push(number(bytes.length), bytes);
    }
  }
  const block = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    block.set(part, at);
    at += part.length;
  }
  return block;
}

/** The inverse of {@link encodeHeaderBlock}. @throws WeftError SPDY_PROTOCOL */
export function decodeHeaderBlock(block: Uint8Array): SpdyHeaders {
  const view = new DataView(block.buffer, block.byteOffset, block.byteLength);
  let at = 0;
  const count = (): number => {
    if (at + 4 > block.length) throw protocolError('a header block ends too early');
    at += 4;
    return view.getUint32(at - 4);
  };
  const text = (): string => {
    const length = count();
    if (length > block.length - at) throw protocolError('a header is longer than its block');
    at += length;
    return new TextDecoder().decode(block.subarray(at - length, at));
  };
  const size = count();
  if (size > maxHeaders) throw protocolError(`${size} headers, at most ${maxHeaders} needed`);
  const headers = new Map<string, string>();
  for (let index = 0; index < size; index++) {
    const name = text();
    if (name === '' || headers.has(name)) throw protocolError(`header "${name}" is empty or doubled`);
    headers.set(name, text());
  }
  if (at !== block.length) throw protocolError(`${block.length - at} bytes behind a header block`);
  return headers;
}

function number(value: number): Uint8Array {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, value);
  return bytes;
}
