import { align4 } from './align.ts';
import { malformed, readU16, readU32, writeU32 } from './bytes.ts';

/** One netlink message: `struct nlmsghdr` and what follows it. Sequence and port are 0 in what is still to be sent. */
export interface NetlinkMessage {
  readonly type: number;
  readonly flags: number;
  readonly sequence: number;
  readonly port: number;
  readonly body: Uint8Array;
}

/** nlmsg_flags. The same bit means something else for get, new, delete and ack messages. @see linux/netlink.h NLM_F_* */
export const netlinkFlag = {
  request: 0x1,
  multi: 0x2,
  ack: 0x4,
  echo: 0x8,
  dumpInterrupted: 0x10,
  dumpFiltered: 0x20,
  dump: 0x300,
  replace: 0x100,
  exclusive: 0x200,
  create: 0x400,
  append: 0x800,
  ackCapped: 0x100,
  ackAttributes: 0x200,
} as const;

/** Message types that every netlink family shares. @see linux/netlink.h NLMSG_* */
export const controlType = { noop: 1, error: 2, done: 3, overrun: 4 } as const;

/** Size of `struct nlmsghdr { __u32 len; __u16 type; __u16 flags; __u32 seq; __u32 pid; }`. */
export const headerLength = 16;

/** A message to send. */
export function outgoing(type: number, flags: number, body: Uint8Array): NetlinkMessage {
  return { type, flags, sequence: 0, port: 0, body };
}

/** Bytes that {@link encodeMessage} writes for a body of this length. */
export function encodedLength(bodyLength: number): number {
  return align4(headerLength + bodyLength);
}

/** Writes header and body at an offset of `target`, which must have room and be zero there; returns the next offset. */
export function encodeMessage(
  target: Uint8Array,
  at: number,
  message: NetlinkMessage,
  sequence: number,
  flags: number,
): number {
  const length = headerLength + message.body.length;
  writeU32(target, at, length);
  writeU32(target, at + 4, message.type | (flags << 16));
  writeU32(target, at + 8, sequence);
  writeU32(target, at + 12, message.port);
  target.set(message.body, at + headerLength);
  return at + align4(length);
}

/** The messages one after the other, with the flags and sequence numbers that they carry. */
export function encodeMessages(messages: readonly NetlinkMessage[]): Uint8Array {
  const length = messages.reduce((sum, message) => sum + encodedLength(message.body.length), 0);
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const message of messages) at = encodeMessage(bytes, at, message, message.sequence, message.flags);
  return bytes;
}

/**
 * The messages of one datagram. Bodies are views into `bytes`: decode them before the buffer is used again.
 *
 * @throws WeftError NETLINK_MALFORMED
 */
export function decodeMessages(bytes: Uint8Array): NetlinkMessage[] {
  const messages: NetlinkMessage[] = [];
  let at = 0;
  while (at < bytes.length) {
    if (bytes.length - at < headerLength) throw malformed(`${bytes.length - at} bytes left, a header needs 16`);
    const length = readU32(bytes, at);
    if (length < headerLength || length > bytes.length - at) {
      throw malformed(`length ${length} in a header with ${bytes.length - at} bytes left`);
    }
    messages.push({
      type: readU16(bytes, at + 4),
      flags: readU16(bytes, at + 6),
      sequence: readU32(bytes, at + 8),
      port: readU32(bytes, at + 12),
      body: bytes.subarray(at + headerLength, at + length),
    });
    at += align4(length);
  }
  return messages;
}
