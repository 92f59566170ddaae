import { type Ip, tryParseIp } from '../net/ip.ts';

/** An address as BIRD prints it: a link-local one has its device behind it, `fe80::1%eth0`. `undefined` for anything else. */
export function parseAddress(text: string): Ip | undefined {
  return tryParseIp(text.replace(/%.*/, ''));
}
