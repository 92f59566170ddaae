import { debuglog } from 'node:util';
import { describeDatagram } from '../netlink/describe.ts';

const log = debuglog('netlink');

/**
 * Prints every message of a datagram when the program runs with `NODE_DEBUG=netlink`; one comparison otherwise.
 *
 * @param direction `>` to the kernel, `<` from it
 */
export function traceNetlink(direction: '>' | '<', protocol: number, bytes: Uint8Array, length: number): void {
  if (!log.enabled) return;
  for (const line of describeDatagram(protocol, bytes.subarray(0, length))) log('%s %s', direction, line);
}
