import type { Ip } from '../net/ip.ts';
import { align4 } from './align.ts';
import { encodeIp } from './ip-bytes.ts';

/** NLA_F_NESTED: the attribute holds attributes. @see linux/netlink.h */
export const NLA_F_NESTED = 0x8000;

/**
 * Lays out the body of a message: fixed fields first, then attributes. One growing buffer instead of an array per
 * attribute: a resync writes tens of thousands of them.
 */
export class BodyWriter {
  #bytes = new Uint8Array(1024);
  #view = new DataView(this.#bytes.buffer);
  #length = 0;

  /** Bytes written so far. */
  get length(): number {
    return this.#length;
  }

  u8(value: number): this {
    const at = this.#take(1);
    this.#view.setUint8(at, value);
    return this;
  }

  u16(value: number): this {
    const at = this.#take(2);
    this.#view.setUint16(at, value, true);
    return this;
  }

  u16be(value: number): this {
    const at = this.#take(2);
    this.#view.setUint16(at, value);
    return this;
  }

  u32(value: number): this {
    const at = this.#take(4);
    this.#view.setUint32(at, value, true);
    return this;
  }

  raw(bytes: Uint8Array): this {
    const at = this.#take(bytes.length);
    this.#bytes.set(bytes, at);
    return this;
  }

  attribute(type: number, bytes: Uint8Array): this {
    return this.#header(type, bytes.length).raw(bytes).#pad();
  }

  flag(type: number): this {
    return this.#header(type, 0);
  }

  attributeU8(type: number, value: number): this {
    return this.#header(type, 1).u8(value).#pad();
  }

  attributeU16be(type: number, value: number): this {
    return this.#header(type, 2).u16be(value).#pad();
  }

  attributeU32(type: number, value: number): this {
    return this.#header(type, 4).u32(value);
  }

  attributeU32be(type: number, value: number): this {
    this.#header(type, 4);
    const at = this.#take(4);
    this.#view.setUint32(at, value >>> 0);
    return this;
  }

  /** Text with a NUL at the end. */
  attributeText(type: number, text: string): this {
    const bytes = encoder.encode(text);
    return this.#header(type, bytes.length + 1)
      .raw(bytes)
      .u8(0)
      .#pad();
  }

  attributeIp(type: number, ip: Ip): this {
    return this.attribute(type, encodeIp(ip));
  }

  /** An attribute that holds what `fill` writes. */
  nest(type: number, fill: () => void): this {
    const start = this.#take(4);
    fill();
    this.#view.setUint16(start, this.#length - start, true);
    this.#view.setUint16(start + 2, type, true);
    return this;
  }

  /** A structure whose first field is its own length, 16 bits (`struct rtnexthop`). */
  sized(fill: () => void): this {
    const start = this.#take(2);
    fill();
    this.#view.setUint16(start, this.#length - start, true);
    return this;
  }

  /** A copy of all that was written; the writer is empty afterwards. */
  finish(): Uint8Array {
    const body = this.#bytes.slice(0, this.#length);
    this.reset();
    return body;
  }

  reset(): void {
    this.#length = 0;
  }

  /** `struct nlattr { __u16 nla_len; __u16 nla_type; }`; the length does not count the padding. */
  #header(type: number, length: number): this {
    return this.u16(length + 4).u16(type);
  }

  #pad(): this {
    const padding = align4(this.#length) - this.#length;
    if (padding > 0) {
      const at = this.#take(padding);
      this.#bytes.fill(0, at, at + padding);
    }
    return this;
  }

  /** Room for more bytes. May put another buffer in place: to be called before `#bytes` or `#view` is looked at. */
  #take(count: number): number {
    const at = this.#length;
    this.#length += count;
    if (this.#length > this.#bytes.length) {
      const bigger = new Uint8Array(Math.max(this.#length, this.#bytes.length * 2));
      bigger.set(this.#bytes);
      this.#bytes = bigger;
      this.#view = new DataView(bigger.buffer);
    }
    return at;
  }
}

const encoder = new TextEncoder();
const idle: BodyWriter[] = [];

/** The bytes that `write` lays out. Writers are used again: encoding a body inside another one takes a second writer. */
export function writeBody(write: (writer: BodyWriter) => void): Uint8Array {
  const writer = idle.pop() ?? new BodyWriter();
  writer.reset();
  try {
    write(writer);
    return writer.finish();
  } finally {
    idle.push(writer);
  }
}
