import { readText } from './bytes.ts';

/** The comment is a TLV of libnftnl: type 0, one byte of length, text with NUL. */
const UDATA_COMMENT = 0;

const encoder = new TextEncoder();

/** Userdata of a rule or an element that holds nothing but a comment. */
export function encodeNftComment(comment: string): Uint8Array {
  const text = encoder.encode(comment);
  const userdata = new Uint8Array(text.length + 3);
  userdata[0] = UDATA_COMMENT;
  userdata[1] = text.length + 1;
  userdata.set(text, 2);
  return userdata;
}

/** The comment in userdata, the bytes from `start` to `end`; `undefined` when there is none. */
export function decodeNftComment(body: Uint8Array, start: number, end: number): string | undefined {
  let at = start;
  while (at + 2 <= end) {
    const length = body[at + 1] ?? 0;
    if (body[at] === UDATA_COMMENT) return readText(body, at + 2, Math.min(end, at + 2 + length));
    at += 2 + length;
  }
  return undefined;
}
