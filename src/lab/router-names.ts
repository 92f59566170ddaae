import { type Ip, ipFamily } from '../net/ip.ts';
import type { LabRouter, RouterNeighbor } from './lab-router.ts';

/** The device of a router's announced network of this number. */
export function stubDevice(index: number): string {
  return `stub${index}`;
}

/** A router's BGP identifier: its first IPv4 address. @see RFC 4271, section 1.1 */
export function routerId(router: LabRouter): Ip {
  return router.legs[0]?.address ?? ('0.0.0.0' as Ip);
}

/** BIRD's name of the session with a neighbour: `to_node1`, `to_node1_ipv6`. Without the `to_` a node could have a word of BIRD's as its name. */
export function birdSessionName({ name, address }: RouterNeighbor): string {
  return `to_${name.replaceAll('-', '_')}${ipFamily(address) === 6 ? '_ipv6' : ''}`;
}
