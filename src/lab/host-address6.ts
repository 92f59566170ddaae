import type { Cidr } from '../net/cidr.ts';
import { type Ip, parseIp } from '../net/ip.ts';

/** The IPv6 address of a host on a segment; its last part reads like the last part of its IPv4 address: `::20`. */
export function hostAddress6(cidr6: Cidr, host: number): Ip {
  return parseIp(cidr6.replace('/64', `${host}`));
}
