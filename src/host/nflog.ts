import { hasCode, WeftError } from '../base/errors.ts';
import { decodeNflogPacket, encodeNflogBind, type NflogPacket } from '../netlink/nflog.ts';
import { NetlinkSocket, netlinkProtocol } from './netlink-socket.ts';
import { streamNetlink } from './netlink-stream.ts';

/** Packets that the ruleset of this namespace hands to us. */
export interface Nflog {
  /** How often packets were lost because they came faster than they were read; at least one each time. */
  readonly losses: number;
  /** No packet comes afterwards. Idempotent. */
  close(): void;
}

/** All headers fit, with IPv6 extension headers; a burst is one datagram. */
const delivery = { copyBytes: 128, delayMs: 100, queueLength: 32 };

/**
 * Listens to what rules with `log group N` log in the network namespace this thread is in. Keeps the process alive until
 * closed. More packets than are read are dropped by the kernel, never waited for: traffic does not notice.
 *
 * @param groups NFLOG groups; each belongs to one listener of a namespace
 * @param onPacket called from the event loop; must not throw
 * @throws WeftError HOST_NFLOG_TAKEN when another program (our own predecessor, for a moment) has one of the groups;
 *   HOST_<ERRNO>
 */
export function openNflog(groups: readonly number[], onPacket: (packet: NflogPacket) => void): Nflog {
  const socket = NetlinkSocket.open({ protocol: netlinkProtocol.netfilter, nonBlocking: true });
  try {
    for (const group of groups) {
      for (const message of encodeNflogBind(group, delivery)) socket.request(message, `listen to NFLOG group ${group}`);
    }
  } catch (error) {
    socket.close();
    // What the kernel says to whoever asks for a group that another socket has.
    if (!hasCode(error, 'NETLINK_EPERM')) throw error;
    const found = 'another program listens to it, or we are not root';
    const needed = 'a group that nobody else has and CAP_NET_ADMIN needed';
    const which = groups.length === 1 ? `group ${groups[0]}` : `groups ${groups.join(', ')}`;
    throw new WeftError('HOST_NFLOG_TAKEN', `Cannot listen to NFLOG ${which}: ${found}, ${needed}`, { cause: error });
  }
  let losses = 0;
  const stream = streamNetlink(socket.fd, netlinkProtocol.netfilter, {
    decode: decodeNflogPacket,
    onItem: onPacket,
    onLost: () => {
      losses++;
    },
  });
  return {
    get losses() {
      return losses;
    },
    close: () => stream.close(),
  };
}
