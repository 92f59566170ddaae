import { createHash } from 'node:crypto';
import { isSet } from '../base/is-set.ts';
import { type Ip, ipFamily, tryParseIp } from '../net/ip.ts';
import type { BgpNode } from './bgp-node.ts';

/**
 * The identifier of the node's BGP speaker, written as an IPv4 address: as asked for, else the node's IPv4 address.
 *
 * @param asked CALICO_ROUTER_ID: `hash` or an IPv4 address
 * @returns `undefined` (and a problem) for a node without an IPv4 address of which nothing is asked
 */
export function routerId(node: BgpNode, asked: string | undefined, problems: Set<string>): Ip | undefined {
  if (asked === 'hash') return hashedRouterId(node.name);
  if (isSet(asked)) {
    const explicit = tryParseIp(asked);
    if (explicit !== undefined && ipFamily(explicit) === 4 && explicit !== '0.0.0.0') return explicit;
    problems.add(`CALICO_ROUTER_ID "${asked}" is no router id: hash or an IPv4 address needed`);
  }
  if (node.address4 !== undefined) return node.address4;
  problems.add(
    `node ${node.name} has no IPv4 address to be its router id: CALICO_ROUTER_ID hash or an IPv4 address needed, ` +
      'no BGP until then',
  );
  return undefined;
}

/** From the first four bytes of the SHA-256 of the name, out of the multicast and reserved ranges, as Calico does it. */
function hashedRouterId(name: string): Ip {
  const [first = 0, ...rest] = createHash('sha256').update(name).digest().subarray(0, 4);
  return [first > 223 ? first - 32 : first, ...rest].join('.') as Ip;
}
