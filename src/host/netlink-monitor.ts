import { decodeRouteEvent, type NetlinkEvent } from '../netlink/events.ts';
import type { NetlinkMessage } from '../netlink/message.ts';
import type { NameOf } from '../netlink/rtnetlink.ts';
import { listLinks } from './links.ts';
import { NetlinkSocket, netlinkProtocol, openGroups } from './netlink-socket.ts';
import { streamNetlink } from './netlink-stream.ts';
import { inNetns } from './netns.ts';
import { routeProtocolFilter } from './route-protocol-filter.ts';
import { attachSocketFilter, detachSocketFilter } from './socket-filter.ts';

/** What can be watched. `neighbour` includes forwarding entries. */
export type MonitorGroup = 'link' | 'address' | 'route' | 'neighbour';

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

/** @see linux/rtnetlink.h RTNLGRP_* */
const routeGroups: Readonly<Record<MonitorGroup, readonly number[]>> = {
  link: [1],
  neighbour: [3],
  address: [5, 9],
  route: [7, 11],
};
const defaultReceiveBytes = 8 << 20;

/**
 * Watches the kernel's announcements. Complete from the moment it returns: changes made afterwards are announced, or an
 * `overflow` is. Events come one by one from the event loop, in the kernel's order.
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
  // Links are always listened to, so that the names of the other events are right.
  const groups = new Set(['link' as const, ...options.groups].flatMap((group) => routeGroups[group]));
  const decode = (message: NetlinkMessage): NetlinkEvent | undefined => {
    const event = decodeRouteEvent(message, names.nameOf);
    if (event?.kind === 'link') names.learn(event.link.index, event.device);
    return event?.kind === 'link' && !options.groups.includes('link') ? undefined : event;
  };
  const open = () => openGroups(netlinkProtocol.route, [...groups], receiveBytes);
  const fd = netns === undefined ? open() : inNetns(netns, open);
  const onLost = () => onEvent({ kind: 'overflow' });
  const stream = streamNetlink(fd, netlinkProtocol.route, { decode, onItem: onEvent, onLost });
  return {
    ignoreRoutesOf: (protocols) => ignoreRoutes(fd, protocols),
    close: async () => {
      stream.close();
      names.close();
    },
  };
}

function ignoreRoutes(fd: number, protocols: readonly number[]): void {
  if (protocols.length === 0) detachSocketFilter(fd);
  else attachSocketFilter(fd, routeProtocolFilter(protocols));
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
