import { type Cidr, cidrFamily, cidrLength, cidrOf } from '../../net/cidr.ts';
import { type Family, type Ip, ipFamily } from '../../net/ip.ts';

/** Addresses, whole networks of them; asking is quick however many there are. */
export interface AddressSet {
  holds(ip: Ip): boolean;
}

/** The addresses of all these networks. */
export function addressSet(nets: Iterable<Cidr>): AddressSet {
  const all = new Set(nets);
  const lengths: Readonly<Record<Family, Set<number>>> = { 4: new Set(), 6: new Set() };
  for (const net of all) lengths[cidrFamily(net)].add(cidrLength(net));
  return { holds: (ip) => lengths[ipFamily(ip)].values().some((length) => all.has(cidrOf(ip, length))) };
}
