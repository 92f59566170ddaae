import { type Cidr, cidrOf, parseIpWithPrefix } from '../net/cidr.ts';

/** A network of the BGP kinds; an address is the network of that address alone. `undefined` for anything else. */
export function readNetwork(text: string): Cidr | undefined {
  try {
    const { ip, prefixLength } = parseIpWithPrefix(text);
    return cidrOf(ip, prefixLength);
  } catch {
    return undefined;
  }
}
