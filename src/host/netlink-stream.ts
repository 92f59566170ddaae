import { closeSync, readSync } from 'node:fs';
import { hasCode, WeftError } from '../base/errors.ts';
import { decodeMessages, type NetlinkMessage } from '../netlink/message.ts';
import { traceNetlink } from './netlink-trace.ts';
import { watchReadable } from './syscalls.ts';

/** Who is told. A listener that throws ends the process as in any event handler: nothing is swallowed. */
export interface StreamListener<T> {
  /** What a message says; `undefined` for what nobody asks about. May throw NETLINK_MALFORMED; the body is its to keep. */
  decode(message: NetlinkMessage): T | undefined;
  /** One by one, in the kernel's order. */
  onItem(item: T): void;
  /** Messages were lost before whatever comes next. */
  onLost(): void;
}

/** Messages that the kernel sends by itself. */
export interface NetlinkStream {
  readonly fd: number;
  /** Hands out all that waits, now, without waiting for the event loop. */
  drain(): void;
  /** Nothing comes afterwards, and the descriptor is closed. Idempotent. */
  close(): void;
}

/** After so many datagrams the event loop gets its turn. */
const datagramsPerTurn = 256;
const input = new Uint8Array(256 << 10);

/**
 * Listens on a socket from the event loop, and closes it in the end.
 *
 * More messages than there is room for (ENOBUFS) and messages that cannot be read are both told as lost, never passed
 * over. The kernel goes on dropping after an ENOBUFS until the queue has been emptied; so the loss is told only then. Told
 * earlier, what is listed because of it could miss the changes dropped since.
 *
 * @param fd a netlink socket that does not block
 * @param options.background does not keep the process alive
 */
export function streamNetlink<T>(
  fd: number,
  protocol: number,
  listener: StreamListener<T>,
  options: { readonly background?: boolean } = {},
): NetlinkStream {
  let open = true;
  let lost = false;
  const read = (most: number): void => {
    for (let datagrams = 0; datagrams < most && open; datagrams++) {
      const items = readDatagram(fd, protocol, listener.decode);
      if (items === 'lost') lost = true;
      else if (items === 'empty') {
        if (lost) listener.onLost();
        lost = false;
        return;
      } else {
        for (const item of items) if (open) listener.onItem(item);
      }
    }
    // The turn may have ended with the very last datagram: nothing would wake us again to tell of the loss.
    if (lost && open) setImmediate(() => read(most));
  };
  const watch = watchReadable(fd, () => read(datagramsPerTurn), options);
  return {
    fd,
    drain: () => read(Number.POSITIVE_INFINITY),
    close: () => {
      if (!open) return;
      open = false;
      watch.close();
      closeSync(fd);
    },
  };
}

function readDatagram<T>(fd: number, protocol: number, decode: StreamListener<T>['decode']): T[] | 'empty' | 'lost' {
  try {
    const length = readSync(fd, input, 0, input.length, null);
    traceNetlink('<', protocol, input, length);
    // Copied: other sockets may have to be read while the messages are decoded.
    return decodeMessages(input.slice(0, length)).flatMap((message) => decode(message) ?? []);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'EAGAIN') return 'empty';
    if (code === 'ENOBUFS' || hasCode(error, 'NETLINK_MALFORMED')) return 'lost';
    throw new WeftError(`NETLINK_${code ?? 'EIO'}`, 'Cannot read netlink announcements', { cause: error });
  }
}
