import { routeMessage } from '../netlink/rtnetlink.ts';
import { type FilterInstruction, filterCode } from './socket-filter.ts';

/** Where the type of a netlink message and the protocol of a route are: `struct nlmsghdr`, `struct rtmsg`. */
const typeOffset = 4;
const protocolOffset = 16 + 5;
const everything = 0xffff_ffff;

/**
 * A socket filter that drops the announcements of routes of some protocols (`routeProtocol`), and nothing else. The kernel
 * announces each route in a datagram of its own, so the first message tells.
 */
export function routeProtocolFilter(protocols: readonly number[]): readonly FilterInstruction[] {
  const count = protocols.length;
  return [
    { code: filterCode.loadHalf, operand: typeOffset },
    { code: filterCode.jumpIfEqual, operand: inNetworkOrder(routeMessage.newRoute), whenTrue: 1 },
    { code: filterCode.jumpIfEqual, operand: inNetworkOrder(routeMessage.deleteRoute), whenFalse: count + 1 },
    { code: filterCode.loadByte, operand: protocolOffset },
    ...protocols.map((protocol, index) => ({
      code: filterCode.jumpIfEqual,
      operand: protocol,
      whenTrue: count - index,
    })),
    { code: filterCode.returnConstant, operand: everything },
    { code: filterCode.returnConstant, operand: 0 },
  ];
}

/** A 16-bit number as the filter loads it: netlink is in the machine's order (little-endian), the filter reads big-endian. */
export function inNetworkOrder(value: number): number {
  return ((value & 0xff) << 8) | (value >> 8);
}
