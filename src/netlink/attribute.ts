import { align4 } from './align.ts';
import { malformed, readU16 } from './bytes.ts';

/** Mask for the number of an attribute, without NLA_F_NESTED and NLA_F_NET_BYTEORDER. @see linux/netlink.h NLA_TYPE_MASK */
const NLA_TYPE_MASK = 0x3fff;

/**
 * Calls `visit` with number, first byte and end of the value of every attribute between two offsets, in order.
 * Offsets instead of views: a dump has hundreds of thousands of attributes and most need no array of their own.
 *
 * @throws WeftError NETLINK_MALFORMED
 * @see linux/netlink.h nla_ok
 */
export function eachAttribute(
  bytes: Uint8Array,
  start: number,
  end: number,
  visit: (type: number, start: number, end: number) => void,
): void {
  let at = start;
  while (at < end) {
    if (end - at < 4) {
      // Fewer bytes than a header are padding if they are zero, as the kernel's own parser takes them.
      if (bytes.subarray(at, end).every((byte) => byte === 0)) return;
      throw malformed(`${end - at} bytes left, an attribute needs 4`);
    }
    const length = readU16(bytes, at);
    if (length < 4 || length > end - at) throw malformed(`attribute of length ${length} with ${end - at} bytes left`);
    visit(readU16(bytes, at + 2) & NLA_TYPE_MASK, at + 4, at + length);
    at += align4(length);
  }
}

/** @throws WeftError NETLINK_MALFORMED when the value is shorter than the number that is read from it */
export function requireValue(start: number, end: number, needed: number, name: string): void {
  if (end - start < needed) throw malformed(`attribute ${name} of ${end - start} bytes found, ${needed} needed`);
}
