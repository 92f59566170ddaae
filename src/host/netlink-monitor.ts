import { closeSync, readSync } from 'node:fs';
import { hasCode, WeftError } from '../base/errors.ts';
import { decodeNftEvent, decodeRouteEvent, type NetlinkEvent } from '../netlink/events.ts';
import { decodeMessages, type NetlinkMessage } from '../netlink/message.ts';
import type { NameOf } from '../netlink/rtnetlink.ts';
import { listLinks } from './links.ts';
import { NetlinkSocket, netlinkProtocol, openNetlinkFd } from './netlink-socket.ts';
import { traceNetlink } from './netlink-trace.ts';
import { inNetns } from './netns.ts';
import { routeProtocolFilter } from './route-protocol-filter.ts';
import { attachSocketFilter, detachSocketFilter } from './socket-filter.ts';
import { type ReadableWatch, setsockopt, sys, watchReadable } from './syscalls.ts';

/** What can be watched. `neighbour` includes forwarding entries. */
export type MonitorGroup = 'link' | 'address' | 'route' | 'neighbour' | 'nft';

/** A change; or `overflow`: changes were lost, everything has to be listed again. */
export type MonitorEvent = NetlinkEvent | { readonly kind: 'overflow' };

/** Options of {@link watchNetlink}. */
export interface MonitorOptions {
  /** Path or name of the namespace; this thread's own when absent. */
  readonly netns?: string;
  readonly groups: readonly MonitorGroup[];
  /** Room for events that wait to be read, bytes; 8 MiB when absent. */
  readonly receiveBytes?: number;
}

/** A running watch. */
export interface NetlinkMonitor {
  /**
   * From now on nothing is heard of the routes of these protocols (`routeProtocol`); an empty list: of all again. The
   * kernel drops what is not heard, so that tens of thousands of a routing daemon's routes cost nothing and lose nothing.
   */
  ignoreRoutesOf(protocols: readonly number[]): void;
  /** No event comes afterwards. Idempotent. */
  close(): Promise<void>;
}

/** @see linux/rtnetlink.h RTNLGRP_*; linux/netfilter/nfnetlink.h NFNLGRP_NFTABLES */
const routeGroups: Readonly<Record<Exclude<MonitorGroup, 'nft'>, readonly number[]>> = {
  link: [1],
  neighbour: [3],
  address: [5, 9],
  route: [7, 11],
};
const nftGroup = 7;
const NETLINK_ADD_MEMBERSHIP = 1;
const defaultReceiveBytes = 8 << 20;
/** After so many datagrams the event loop gets its turn. */
const datagramsPerTurn = 256;

/**
 * Watches the kernel's announcements. Complete from the moment it returns: changes made afterwards are announced, or an
 * `overflow` is. Events come one by one from the event loop, in the kernel's order within routing and within nftables.
 *
 * Races that this survives: more changes than there is room for (ENOBUFS) and messages that cannot be read both become an
 * `overflow`, never silence; a device that is gone before its event is read keeps its last known name.
 *
 * @throws WeftError HOST_NETNS; HOST_<ERRNO>
 */
export function watchNetlink(options: MonitorOptions, onEvent: (event: MonitorEvent) => void): NetlinkMonitor {
  const { netns } = options;
  const receiveBytes = options.receiveBytes ?? defaultReceiveBytes;
  const names = new DeviceNames(NetlinkSocket.open(netns === undefined ? {} : { netns }));
  const watches: (ReadableWatch & { readonly source: Source })[] = [];
  const start = (protocol: number, groups: readonly number[], decode: Decode): void => {
    const open = () => openNetlinkFd(protocol, receiveBytes, sys.SOCK_NONBLOCK);
    const fd = netns === undefined ? open() : inNetns(netns, open);
    for (const group of groups) setsockopt(fd, sys.SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, group);
    const source: Source = { fd, protocol, decode, onEvent, lost: false, closed: false };
    watches.push({ source, ...watchReadable(fd, () => readTurn(source)) });
  };
  const wanted = options.groups.filter((group) => group !== 'nft');
  // Links are always listened to, so that the names of the other events are right.
  const groups = new Set(['link' as const, ...wanted].flatMap((group) => routeGroups[group]));
  start(netlinkProtocol.route, [...groups], (message) => {
    const event = decodeRouteEvent(message, names.nameOf);
    if (event?.kind === 'link') names.learn(event.link.index, event.device);
    return event?.kind === 'link' && !wanted.includes('link') ? undefined : event;
  });
  if (options.groups.includes('nft')) start(netlinkProtocol.netfilter, [nftGroup], decodeNftEvent);
  return {
    ignoreRoutesOf: (protocols) => {
      for (const { source } of watches)
        if (source.protocol === netlinkProtocol.route) ignoreRoutes(source.fd, protocols);
    },
    close: async () => {
      for (const { close, source } of watches.splice(0)) {
        source.closed = true;
        close();
        closeSync(source.fd);
      }
      names.close();
    },
  };
}

function ignoreRoutes(fd: number, protocols: readonly number[]): void {
  if (protocols.length === 0) detachSocketFilter(fd);
  else attachSocketFilter(fd, routeProtocolFilter(protocols));
}

type Decode = (message: NetlinkMessage) => NetlinkEvent | undefined;

interface Source {
  readonly fd: number;
  readonly protocol: number;
  readonly decode: Decode;
  readonly onEvent: (event: MonitorEvent) => void;
  /** Changes were lost, and nobody has been told yet. */
  lost: boolean;
  closed: boolean;
}

const input = new Uint8Array(256 << 10);

/**
 * Hands out what waits. A listener that throws ends the process as in any event handler: nothing is swallowed.
 *
 * The kernel goes on dropping after an ENOBUFS until the queue has been emptied; so `overflow` is told only then. Told
 * earlier, what is listed because of it could miss the changes dropped since.
 */
function readTurn(source: Source): void {
  const { onEvent } = source;
  for (let datagrams = 0; datagrams < datagramsPerTurn; datagrams++) {
    const events = readDatagram(source);
    if (events === undefined) {
      if (!source.lost) return;
      source.lost = false;
      onEvent({ kind: 'overflow' });
      return;
    }
    for (const event of events) onEvent(event);
    if (source.closed) return;
  }
  // The turn may have ended with the very last datagram: nothing would wake us again to tell of the loss.
  if (source.lost) setImmediate(() => source.closed || readTurn(source));
}

/** The events of the next datagram; `undefined` when none waits. */
function readDatagram(source: Source): MonitorEvent[] | undefined {
  try {
    const length = readSync(source.fd, input, 0, input.length, null);
    traceNetlink('<', source.protocol, input, length);
    // Copied: names of devices may have to be asked for while the messages are read.
    return decodeMessages(input.slice(0, length)).flatMap((message) => source.decode(message) ?? []);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    // EBADF: a listener has closed the watch.
    if (code === 'EAGAIN' || code === 'EBADF') return undefined;
    if (code !== 'ENOBUFS' && !hasCode(error, 'NETLINK_MALFORMED')) {
      throw new WeftError(`NETLINK_${code ?? 'EIO'}`, 'Cannot read netlink announcements', { cause: error });
    }
    source.lost = true;
    return [];
  }
}

/** Names of devices by number, as announced; an unknown number is looked up in a new listing. */
class DeviceNames {
  readonly #socket: NetlinkSocket;
  readonly #names = new Map<number, string>();

  constructor(socket: NetlinkSocket) {
    this.#socket = socket;
    this.#list();
  }

  readonly nameOf: NameOf = (index) => {
    if (index === 0) return '';
    if (!this.#names.has(index)) this.#list();
    // A number that is in no listing is asked for once only.
    if (!this.#names.has(index)) this.#names.set(index, `if${index}`);
    return this.#names.get(index) ?? '';
  };

  learn(index: number, name: string): void {
    this.#names.set(index, name);
  }

  close(): void {
    this.#socket.close();
  }

  #list(): void {
    for (const { index, name } of listLinks(this.#socket)) this.#names.set(index, name);
  }
}
