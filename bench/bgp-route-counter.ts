import { closeSync, readSync } from 'node:fs';
import { NetlinkSocket, netlinkProtocol, openNetlinkFd } from '../src/host/netlink-socket.ts';
import { inNetns } from '../src/host/netns.ts';
import { inNetworkOrder } from '../src/host/route-protocol-filter.ts';
import { attachSocketFilter, filterCode } from '../src/host/socket-filter.ts';
import { type ReadableWatch, setsockopt, sys, watchReadable } from '../src/host/syscalls.ts';
import { mainTable, routeProtocol } from '../src/net/route.ts';
import { encodeGetRoutes } from '../src/netlink/route.ts';
import { routeMessage } from '../src/netlink/rtnetlink.ts';

const NETLINK_ADD_MEMBERSHIP = 1;
const ipv4RouteGroup = 7;
const receiveBytes = 32 << 20;
/** Of `struct nlmsghdr`, `struct rtmsg`, RTA_TABLE and RTA_DST, as the kernel writes them for IPv4. */
const offsetOf = { type: 4, protocol: 16 + 5, thirdOctet: 16 + 12 + 8 + 4 + 2 } as const;
/** One route in so many is reported, those whose third octet is a multiple of it: counting disturbs little. */
export const sampleEvery = 32;

/** When the first and the last of some routes came into the kernel, in milliseconds of `performance.now()`. */
export interface RouteSpan {
  readonly firstMs: number;
  readonly lastMs: number;
}

/**
 * Sees BIRD's IPv4 routes come into and go from the main table of a network namespace. The kernel drops all but a sample
 * of the announcements before they reach this process, so that watching costs next to nothing.
 */
export class RouteCounter implements Disposable {
  readonly #fd: number;
  readonly #watch: ReadableWatch;
  readonly #socket: NetlinkSocket;
  #wanted: number = routeMessage.newRoute;
  #left = 0;
  #firstMs = 0;
  #done: ((span: RouteSpan) => void) | undefined;

  constructor(netns: string) {
    this.#socket = NetlinkSocket.open({ netns });
    this.#fd = inNetns(netns, () => openNetlinkFd(netlinkProtocol.route, receiveBytes, sys.SOCK_NONBLOCK));
    attachSocketFilter(this.#fd, sampleOfBird);
    setsockopt(this.#fd, sys.SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, ipv4RouteGroup);
    this.#watch = watchReadable(this.#fd, () => this.#read());
  }

  /**
   * Resolves when `count` routes of the sample have come (or gone) since this call.
   *
   * @throws Error after the time limit
   */
  async next(what: 'come' | 'go', count: number, limitMs = 60_000): Promise<RouteSpan> {
    this.#wanted = what === 'come' ? routeMessage.newRoute : routeMessage.deleteRoute;
    this.#left = count;
    const { promise, resolve, reject } = Promise.withResolvers<RouteSpan>();
    this.#done = resolve;
    const timer = setTimeout(
      () => reject(new Error(`${this.#left} of ${count} routes missing after ${limitMs} ms`)),
      limitMs,
    );
    try {
      return await promise;
    } finally {
      clearTimeout(timer);
    }
  }

  /** How many routes BIRD has in the main table, by a dump. */
  count(): number {
    return this.#socket.dump(encodeGetRoutes(4, { table: mainTable, protocol: routeProtocol.bird })).length;
  }

  [Symbol.dispose](): void {
    this.#watch.close();
    closeSync(this.#fd);
    this.#socket.close();
  }

  #read(): void {
    for (;;) {
      try {
        readSync(this.#fd, input, 0, input.length, null);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'EAGAIN') return;
        throw error;
      }
      if (input.readUInt16LE(offsetOf.type) !== this.#wanted) continue;
      if (this.#firstMs === 0) this.#firstMs = performance.now();
      if (--this.#left !== 0) continue;
      this.#done?.({ firstMs: this.#firstMs, lastMs: performance.now() });
      this.#firstMs = 0;
    }
  }
}

const input = Buffer.alloc(64 << 10);

const sampleOfBird = [
  { code: filterCode.loadHalf, operand: offsetOf.type },
  { code: filterCode.jumpIfEqual, operand: inNetworkOrder(routeMessage.newRoute), whenTrue: 1 },
  { code: filterCode.jumpIfEqual, operand: inNetworkOrder(routeMessage.deleteRoute), whenFalse: 6 },
  { code: filterCode.loadByte, operand: offsetOf.protocol },
  { code: filterCode.jumpIfEqual, operand: routeProtocol.bird, whenFalse: 4 },
  { code: filterCode.loadByte, operand: offsetOf.thirdOctet },
  { code: filterCode.and, operand: sampleEvery - 1 },
  { code: filterCode.jumpIfEqual, operand: 0, whenFalse: 1 },
  { code: filterCode.returnConstant, operand: 0xffff },
  { code: filterCode.returnConstant, operand: 0 },
];
