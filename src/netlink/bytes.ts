import { WeftError } from '../base/errors.ts';

/**
 * Integers inside byte arrays. Netlink is in host byte order; every machine that Weft runs on is little-endian. The
 * `Be` functions read network byte order. A read past the end gives zeros: callers check lengths once, up front.
 */

/** Two bytes, unsigned. */
export function readU16(bytes: Uint8Array, at: number): number {
  return (bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8);
}

/** Four bytes, unsigned. */
export function readU32(bytes: Uint8Array, at: number): number {
  return readI32(bytes, at) >>> 0;
}

/** Four bytes, signed. */
export function readI32(bytes: Uint8Array, at: number): number {
  return readU16(bytes, at) | (readU16(bytes, at + 2) << 16);
}

/** Two bytes in network order, unsigned. */
export function readU16Be(bytes: Uint8Array, at: number): number {
  return ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
}

/** Four bytes in network order, signed. */
export function readI32Be(bytes: Uint8Array, at: number): number {
  return (readU16Be(bytes, at) << 16) | readU16Be(bytes, at + 2);
}

/** Four bytes, signed or unsigned. */
export function writeU32(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value;
  bytes[at + 1] = value >>> 8;
  bytes[at + 2] = value >>> 16;
  bytes[at + 3] = value >>> 24;
}

/** Text up to the first NUL or the end. */
export function readText(bytes: Uint8Array, start: number, end: number): string {
  let text = '';
  for (let at = start; at < end; at++) {
    const byte = bytes[at] ?? 0;
    if (byte === 0) return text;
    if (byte > 127) return decoder.decode(bytes.subarray(start, end)).split('\0', 1)[0] ?? '';
    text += String.fromCharCode(byte);
  }
  return text;
}

const decoder = new TextDecoder();

/** @throws WeftError NETLINK_MALFORMED when a fixed structure does not fit into what came */
export function requireLength(bytes: Uint8Array, needed: number, structure: string): void {
  if (bytes.length >= needed) return;
  throw malformed(`${bytes.length} bytes found, ${needed} needed for ${structure}`);
}

/** The one error of every decoder in this room. */
export function malformed(found: string): WeftError {
  return new WeftError('NETLINK_MALFORMED', `Cannot decode netlink message: ${found}`);
}
