import { type Ack, decodeAck } from './ack.ts';
import { controlType, type NetlinkMessage, netlinkFlag } from './message.ts';

/** What came of one NLM_F_DUMP request. */
export interface Dump {
  readonly objects: readonly NetlinkMessage[];
  /** The objects changed meanwhile: what was read is no consistent picture (NLM_F_DUMP_INTR). */
  readonly interrupted: boolean;
  /** Absent: complete. */
  readonly refusal?: Ack;
}

/**
 * Reads datagrams until the dump with this sequence number has ended. Answers to other requests are dropped.
 *
 * @param read the messages of the next datagram
 * @param keep which objects are wanted; all when absent
 * @throws WeftError NETLINK_MALFORMED, and what `read` throws
 */
export function readDump(
  sequence: number,
  read: () => readonly NetlinkMessage[],
  keep = (_: NetlinkMessage) => true,
): Dump {
  const objects: NetlinkMessage[] = [];
  let interrupted = false;
  while (true) {
    for (const reply of read()) {
      if (reply.sequence !== sequence) continue;
      // The flag may be on any message, on the last one too.
      if ((reply.flags & netlinkFlag.dumpInterrupted) !== 0) interrupted = true;
      if (reply.type !== controlType.done && reply.type !== controlType.error) {
        if (keep(reply)) objects.push(reply);
        continue;
      }
      const ack = decodeAck(reply);
      return { objects, interrupted, ...(ack.errno === 0 ? {} : { refusal: ack }) };
    }
  }
}
