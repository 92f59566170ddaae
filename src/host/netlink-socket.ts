import { closeSync, readSync, writeSync } from 'node:fs';
import { errorText, WeftError } from '../base/errors.ts';
import { type Ack, decodeAck, formatAck } from '../netlink/ack.ts';
import { readDump } from '../netlink/dump.ts';
import { errnoName } from '../netlink/errno.ts';
import {
  controlType,
  decodeMessages,
  encodedLength,
  encodeMessage,
  type NetlinkMessage,
  netlinkFlag,
} from '../netlink/message.ts';
import { encodeTransaction } from '../netlink/nft-element.ts';
import { traceNetlink } from './netlink-trace.ts';
import { inNetns } from './netns.ts';
import { bind, setsockopt, socket, sys } from './syscalls.ts';

/** NETLINK_* protocols and socket options. @see linux/netlink.h */
export const netlinkProtocol = { route: 0, netfilter: 12 } as const;
/** NFNLGRP_NFTABLES: every change of every table is announced to it. @see linux/netfilter/nfnetlink.h */
export const nftablesGroup = 7;
const NETLINK_ADD_MEMBERSHIP = 1;
const NETLINK_CAP_ACK = 10;
const NETLINK_EXT_ACK = 11;
const NETLINK_GET_STRICT_CHK = 12;

/** Messages in one write: beyond a few hundred the saving of system calls is nothing, and the errors need room. */
const messagesPerWrite = 500;
/** Room for an error of each of {@link messagesPerWrite} messages, which the kernel queues before we can read. */
const receiveBufferBytes = 4 << 20;
const writeBytes = 128 << 10;
/** The largest datagram is 32 KiB; a dump fills as much of the buffer as the kernel likes. */
const readBytes = 256 << 10;
const dumpAttempts = 20;

/** One pair of buffers for all sockets of a thread: every exchange is over before the next one begins. */
const output = new Uint8Array(writeBytes);
const input = new Uint8Array(readBytes);

/** Options of {@link NetlinkSocket.open}. */
export interface NetlinkSocketOptions {
  /** Descriptor, path or name of the namespace it speaks to; this thread's own when absent. */
  readonly netns?: number | string;
  /** {@link netlinkProtocol}; the routing family when absent. */
  readonly protocol?: number;
  /** Reading finds nothing instead of waiting: for a descriptor that is watched. The answer to a request is there at once. */
  readonly nonBlocking?: boolean;
}

/** The kernel's answer to one message of {@link NetlinkSocket.exchange}. */
export interface Exchange {
  /** Absent: done. */
  readonly refusal?: Ack;
  readonly replies: readonly NetlinkMessage[];
}

/**
 * A conversation with the kernel, synchronous: the kernel works while we write, so its answer is there when we read.
 *
 * Races that this survives: an object that changes during a dump (NLM_F_DUMP_INTR, the dump is repeated); late answers
 * to an earlier request that failed midway (other sequence numbers are dropped).
 */
export class NetlinkSocket {
  readonly #fd: number;
  readonly #protocol: number;
  #sequence = 1;
  #open = true;

  private constructor(fd: number, protocol: number) {
    this.#fd = fd;
    this.#protocol = protocol;
  }

  /** @throws WeftError HOST_NETNS; HOST_<ERRNO> */
  static open(options: NetlinkSocketOptions = {}): NetlinkSocket {
    const protocol = options.protocol ?? netlinkProtocol.route;
    const open = () =>
      openNetlinkFd(protocol, receiveBufferBytes, options.nonBlocking === true ? sys.SOCK_NONBLOCK : 0);
    return new NetlinkSocket(options.netns === undefined ? open() : inNetns(options.netns, open), protocol);
  }

  /** The socket's descriptor, for ioctl(2). */
  get fd(): number {
    return this.#fd;
  }

  /** Idempotent. */
  close(): void {
    if (!this.#open) return;
    this.#open = false;
    closeSync(this.#fd);
  }

  [Symbol.dispose](): void {
    this.close();
  }

  /**
   * One request; the messages it is answered with (none for a change).
   *
   * @param action what is attempted, for the error: `create link "eth0"`
   * @throws WeftError NETLINK_<ERRNO> with the kernel's own words
   */
  request(message: NetlinkMessage, action?: string): NetlinkMessage[] {
    const [answer] = this.exchange([message]);
    if (answer?.refusal !== undefined) throw refusalError(answer.refusal, action ?? `send message ${message.type}`);
    return answer === undefined ? [] : [...answer.replies];
  }

  /**
   * Many changes with few system calls; one refused does not stop the others.
   *
   * @param action what message `index` attempts, for its error
   * @returns the error of each message, `undefined` for what was done, by index
   */
  batch(messages: readonly NetlinkMessage[], action?: (index: number) => string): (WeftError | undefined)[] {
    const errors: (WeftError | undefined)[] = new Array(messages.length).fill(undefined);
    this.#writeAll(messages, (index, refusal) => {
      const what = action?.(index) ?? `send message ${messages[index]?.type}`;
      errors[index] = refusalError(refusal, what);
    });
    return errors;
  }

  /** Like {@link batch}, with the replies; a refusal is handed out as the kernel gave it. */
  exchange(messages: readonly NetlinkMessage[]): Exchange[] {
    const answers = messages.map((): { refusal?: Ack; replies: NetlinkMessage[] } => ({ replies: [] }));
    this.#writeAll(
      messages,
      (index, refusal) => {
        const answer = answers[index];
        if (answer !== undefined) answer.refusal = refusal;
      },
      (index, reply) => answers[index]?.replies.push(reply),
    );
    return answers;
  }

  /**
   * Changes of nftables objects as one transaction: all of them take effect, or none.
   *
   * @throws WeftError NETLINK_<ERRNO> for the first change that was refused
   */
  transact(changes: readonly NetlinkMessage[], action: string): void {
    const messages = encodeTransaction(changes);
    // An answer is asked of the last change; a refused transaction answers its begin, or the changes it refuses.
    const asking = messages.map((message, i) =>
      i === messages.length - 2 ? { ...message, flags: message.flags | netlinkFlag.ack } : message,
    );
    const length = asking.reduce((sum, { body }) => sum + encodedLength(body.length), 0);
    // The whole transaction is one write, and one write has to fit into the send buffer.
    if (length > writeBytes) setsockopt(this.#fd, sys.SOL_SOCKET, sys.SO_SNDBUFFORCE, length * 2);
    const first = this.#sequence;
    this.#sequence = (first + messages.length) >>> 0 || 1;
    this.#write(asking, 0, asking.length, first, false);
    const refusal = this.#readTransaction(first, messages.length);
    if (refusal !== undefined) throw refusalError(refusal, action);
  }

  #readTransaction(first: number, count: number): Ack | undefined {
    while (true) {
      let refusal: Ack | undefined;
      for (const reply of this.#read()) {
        const offset = reply.sequence - first;
        if (offset < 0 || offset >= count || reply.type !== controlType.error) continue;
        const ack = decodeAck(reply);
        if (ack.errno === 0) return undefined;
        refusal ??= ack;
      }
      // What else was refused is still in the queue, and is dropped by its sequence number.
      if (refusal !== undefined) return refusal;
    }
  }

  /**
   * All objects that a NLM_F_DUMP request names, as one consistent picture.
   *
   * @param keep which of them are wanted, where the kernel cannot tell; all when absent
   * @throws WeftError NETLINK_<ERRNO>; NETLINK_DUMP_INTERRUPTED when the objects change faster than they can be read
   */
  dump(
    message: NetlinkMessage,
    action = `list objects by message ${message.type}`,
    keep?: (object: NetlinkMessage) => boolean,
  ): readonly NetlinkMessage[] {
    for (let attempt = 0; attempt < dumpAttempts; attempt++) {
      const sequence = this.#nextSequence();
      this.#write([message], 0, 1, sequence, false);
      const { interrupted, objects, refusal } = readDump(sequence, () => this.#read(), keep);
      if (refusal !== undefined) throw refusalError(refusal, action);
      if (!interrupted) return objects;
    }
    throw new WeftError(
      'NETLINK_DUMP_INTERRUPTED',
      `Cannot ${action}: changed during each of ${dumpAttempts} readings, one undisturbed reading needed`,
    );
  }

  #writeAll(
    messages: readonly NetlinkMessage[],
    onRefusal: (index: number, refusal: Ack) => void,
    onReply?: (index: number, reply: NetlinkMessage) => void,
  ): void {
    let from = 0;
    while (from < messages.length) {
      const to = chunkEnd(messages, from);
      const first = this.#sequence;
      this.#sequence = (this.#sequence + to - from) >>> 0 || 1;
      this.#write(messages, from, to, first, true);
      this.#readChunk(
        first,
        to - from,
        (offset, refusal) => onRefusal(from + offset, refusal),
        (offset, reply) => onReply?.(from + offset, reply),
      );
      from = to;
    }
  }

  /** Reads until the last message of the chunk is answered: it alone asks for an answer, others speak when refused. */
  #readChunk(
    first: number,
    count: number,
    onRefusal: (offset: number, refusal: Ack) => void,
    onReply: (offset: number, reply: NetlinkMessage) => void,
  ): void {
    while (true) {
      let finished = false;
      for (const reply of this.#read()) {
        const offset = reply.sequence - first;
        if (offset < 0 || offset >= count) continue;
        if (reply.type !== controlType.error) {
          onReply(offset, reply);
          continue;
        }
        const ack = decodeAck(reply);
        if (ack.errno !== 0) onRefusal(offset, ack);
        if (offset === count - 1) finished = true;
      }
      if (finished) return;
    }
  }

  #write(messages: readonly NetlinkMessage[], from: number, to: number, sequence: number, askLast: boolean): void {
    let length = 0;
    for (let i = from; i < to; i++) length += encodedLength(messages[i]?.body.length ?? 0);
    const target = length > output.length ? new Uint8Array(length) : output;
    let at = 0;
    for (let i = from; i < to; i++) {
      const message = messages[i];
      if (message === undefined) continue;
      const ack = askLast && i === to - 1 ? netlinkFlag.ack : 0;
      const end = encodeMessage(target, at, message, sequence + i - from, message.flags | netlinkFlag.request | ack);
      target.fill(0, at + 16 + message.body.length, end);
      at = end;
    }
    traceNetlink('>', this.#protocol, target, at);
    this.#io('write to', () => writeSync(this.#fd, target, 0, at));
  }

  /** The datagram is copied, so that replies outlive the next read. */
  #read(): NetlinkMessage[] {
    const length = this.#io('read from', () => readSync(this.#fd, input, 0, input.length, null));
    traceNetlink('<', this.#protocol, input, length);
    return decodeMessages(input.slice(0, length));
  }

  #io(doing: string, run: () => number): number {
    // A descriptor's number may have been given to another file since.
    if (!this.#open)
      throw new WeftError('NETLINK_CLOSED', `Cannot ${doing} netlink socket: closed, an open one needed`);
    try {
      return run();
    } catch (cause) {
      const code = (cause as NodeJS.ErrnoException).code ?? 'EIO';
      throw new WeftError(`NETLINK_${code}`, `Cannot ${doing} netlink socket: ${errorText(cause)}`, { cause });
    }
  }

  #nextSequence(): number {
    const sequence = this.#sequence;
    this.#sequence = (sequence + 1) >>> 0 || 1;
    return sequence;
  }
}

/** The error of what the kernel refused. */
export function refusalError(refusal: Ack, action: string): WeftError {
  const name = errnoName(refusal.errno);
  const remedy = name === 'EPERM' ? ', root (CAP_NET_ADMIN) needed' : '';
  return new WeftError(`NETLINK_${name}`, `Cannot ${action}: ${formatAck(refusal)}${remedy}`);
}

/**
 * A bound netlink socket with every option that makes answers precise. Closes it again when one fails.
 *
 * @param typeFlags SOCK_NONBLOCK or nothing
 */
export function openNetlinkFd(protocol: number, receiveBytes = receiveBufferBytes, typeFlags = 0): number {
  const fd = socket(sys.AF_NETLINK, sys.SOCK_RAW | typeFlags, protocol);
  try {
    for (const option of [NETLINK_CAP_ACK, NETLINK_EXT_ACK]) setsockopt(fd, sys.SOL_NETLINK, option, 1);
    if (protocol === netlinkProtocol.route) setsockopt(fd, sys.SOL_NETLINK, NETLINK_GET_STRICT_CHK, 1);
    setReceiveBuffer(fd, receiveBytes);
    // No answer ever takes this long; without a limit a lost one would stop the program for good.
    setsockopt(fd, sys.SOL_SOCKET, sys.SO_RCVTIMEO, new Uint8Array(BigInt64Array.of(10n, 0n).buffer));
    const address = new Uint8Array(12);
    address[0] = sys.AF_NETLINK;
    bind(fd, address);
    return fd;
  } catch (error) {
    closeSync(fd);
    throw error;
  }
}

/** A socket that does not block and hears the announcements to these groups in the namespace this thread is in. */
export function openGroups(protocol: number, groups: readonly number[], receiveBytes: number): number {
  const fd = openNetlinkFd(protocol, receiveBytes, sys.SOCK_NONBLOCK);
  try {
    for (const group of groups) setsockopt(fd, sys.SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, group);
    return fd;
  } catch (error) {
    closeSync(fd);
    throw error;
  }
}

/** Beyond the limit for ordinary users where we may. */
function setReceiveBuffer(fd: number, bytes: number): void {
  try {
    setsockopt(fd, sys.SOL_SOCKET, sys.SO_RCVBUFFORCE, bytes);
  } catch {
    setsockopt(fd, sys.SOL_SOCKET, sys.SO_RCVBUF, bytes);
  }
}

function chunkEnd(messages: readonly NetlinkMessage[], from: number): number {
  let bytes = 0;
  let to = from;
  while (to < messages.length && to - from < messagesPerWrite) {
    bytes += encodedLength(messages[to]?.body.length ?? 0);
    if (bytes > writeBytes && to > from) break;
    to++;
  }
  return to;
}
