import { type Cidr, cidrOf, parseIpWithPrefix } from './cidr.ts';

/**
 * Reads a network as Calico and Kubernetes do: host bits do not count, and an address is the network of it alone.
 *
 * @throws WeftError NET_BAD_CIDR
 */
export function parseNetwork(text: string): Cidr {
  const { ip, prefixLength } = parseIpWithPrefix(text);
  return cidrOf(ip, prefixLength);
}

/** Like {@link parseNetwork}, but `undefined` for what is none. */
export function tryParseNetwork(text: string): Cidr | undefined {
  try {
    return parseNetwork(text);
  } catch {
    return undefined;
  }
}
