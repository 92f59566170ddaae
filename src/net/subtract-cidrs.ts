import { type Cidr, cidrAddress, cidrContains, cidrFamily, cidrLength, cidrOf } from './cidr.ts';
import { disjointCidrs } from './disjoint-cidrs.ts';
import { addressBits, ipPlus } from './ip.ts';

/** The addresses of `from` that are in none of `holes`, as networks that do not overlap, sorted. */
export function subtractCidrs(from: readonly Cidr[], holes: readonly Cidr[]): readonly Cidr[] {
  return holes.reduce((rest, hole) => rest.flatMap((net) => without(net, hole)), disjointCidrs(from));
}

/** The halves of the network that the hole is not in, at every length down to the hole's. */
function without(net: Cidr, hole: Cidr): readonly Cidr[] {
  if (cidrContains(hole, net)) return [];
  if (!cidrContains(net, hole)) return [net];
  return halves(net).flatMap((half) => without(half, hole));
}

function halves(net: Cidr): readonly Cidr[] {
  const length = cidrLength(net) + 1;
  const first = cidrAddress(net);
  const second = ipPlus(first, 1n << BigInt(addressBits(cidrFamily(net)) - length));
  return [cidrOf(first, length), cidrOf(second, length)];
}
