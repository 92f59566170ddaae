import { eachAttribute } from './attribute.ts';
import { malformed, readI32, readText, readU32 } from './bytes.ts';
import { errnoName } from './errno.ts';
import { controlType, headerLength, type NetlinkMessage, netlinkFlag } from './message.ts';

/** The kernel's answer to a request, or the end of a dump. @see linux/netlink.h "struct nlmsgerr", NLMSGERR_ATTR_* */
export interface Ack {
  /** 0 = done. */
  readonly errno: number;
  /** The kernel's own words (NLMSGERR_ATTR_MSG). */
  readonly text?: string;
  /** Offset in the request of what the kernel did not like (NLMSGERR_ATTR_OFFS). */
  readonly offset?: number;
}

const NLMSGERR_ATTR_MSG = 1;
const NLMSGERR_ATTR_OFFS = 2;

/**
 * Reads NLMSG_ERROR, or the status in NLMSG_DONE.
 *
 * @throws WeftError NETLINK_MALFORMED
 */
export function decodeAck(message: NetlinkMessage): Ack {
  const { body, flags, type } = message;
  if (body.length < 4) {
    if (type === controlType.done) return { errno: 0 };
    throw malformed(`acknowledgement of ${body.length} bytes, 4 needed`);
  }
  const ack: { errno: number; text?: string; offset?: number } = { errno: Math.abs(readI32(body, 0)) };
  if ((flags & netlinkFlag.ackAttributes) === 0) return ack;
  eachAttribute(body, attributesStart(message), body.length, (attribute, start, end) => {
    if (attribute === NLMSGERR_ATTR_MSG) ack.text = readText(body, start, end);
    if (attribute === NLMSGERR_ATTR_OFFS && end - start >= 4) ack.offset = readU32(body, start);
  });
  return ack;
}

/** `EEXIST`, or with the kernel's words: `EINVAL (Invalid prefix for given prefix length)`. */
export function formatAck(ack: Ack): string {
  const name = errnoName(ack.errno);
  return ack.text === undefined || ack.text === '' ? name : `${name} (${ack.text})`;
}

/** Behind the status comes the request's header and, unless the answer is capped, the rest of the request. */
function attributesStart(message: NetlinkMessage): number {
  if (message.type === controlType.done) return 4;
  if ((message.flags & netlinkFlag.ackCapped) !== 0) return 4 + headerLength;
  const requestLength = readU32(message.body, 4);
  if (requestLength < headerLength || requestLength > message.body.length - 4) {
    throw malformed(`length ${requestLength} of the request in an acknowledgement`);
  }
  return 4 + ((requestLength + 3) & ~3);
}
