import type { EncapsulationMode, IPPool } from '../api/calico.ts';
import { defaultBlockSize } from '../api/ip-pool.ts';
import { type Cidr, cidrContains, cidrFamily, cidrLength, tryParseCidr } from '../net/cidr.ts';
import type { Family } from '../net/ip.ts';

/** What routing needs to know of an IPPool, defaults filled in. */
export interface RoutedPool {
  readonly name: string;
  readonly cidr: Cidr;
  readonly family: Family;
  readonly encapsulation: Encapsulation;
  readonly natOutgoing: boolean;
  /** Prefix length of its blocks. */
  readonly blockSize: number;
  /** false: of load balancers alone. */
  readonly forPods: boolean;
  /** false: BGP does not announce it. */
  readonly exported: boolean;
}

/** How packets to a pool's addresses travel. `crossSubnet`: encapsulated only between subnets. */
export type Encapsulation =
  | { readonly kind: 'none' }
  | { readonly kind: 'vxlan' | 'ipip'; readonly crossSubnet: boolean };

/**
 * Reads all pools, sorted by name; a pool that cannot be read is left out and named in `problems`. Disabled pools are
 * kept: disabling a pool ends allocation, the pods that have its addresses stay connected.
 */
export function readRoutedPools(objects: readonly IPPool[], problems: Set<string>): readonly RoutedPool[] {
  const pools: RoutedPool[] = [];
  for (const { metadata, spec } of objects) {
    const cidr = tryParseCidr(spec.cidr);
    const encapsulation = encapsulationOf(spec.vxlanMode ?? 'Never', spec.ipipMode ?? 'Never');
    if (cidr === undefined) {
      problems.add(`pool ${metadata.name}: "${spec.cidr}" is not a network`);
    } else if (encapsulation === undefined) {
      problems.add(`pool ${metadata.name}: ipipMode and vxlanMode are both on, one must be Never`);
    } else if (encapsulation.kind === 'ipip' && cidrFamily(cidr) === 6) {
      problems.add(`pool ${metadata.name}: IP-in-IP carries IPv4 only, ipipMode Never needed for ${cidr}`);
    } else {
      const family = cidrFamily(cidr);
      pools.push({
        name: metadata.name,
        cidr,
        family,
        encapsulation,
        natOutgoing: spec.natOutgoing ?? false,
        blockSize: spec.blockSize ?? defaultBlockSize[family],
        forPods: spec.allowedUses?.some((use) => use !== 'LoadBalancer') ?? true,
        exported: spec.disableBGPExport !== true,
      });
    }
  }
  return pools.sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** The pool that a block or address is of: the longest when (against the rules) several hold it. */
export function poolOf<P extends { readonly cidr: Cidr }>(pools: readonly P[], cidr: Cidr): P | undefined {
  let best: P | undefined;
  for (const pool of pools) {
    if (!cidrContains(pool.cidr, cidr)) continue;
    if (best === undefined || cidrLength(pool.cidr) > cidrLength(best.cidr)) best = pool;
  }
  return best;
}

function encapsulationOf(vxlan: EncapsulationMode, ipip: EncapsulationMode): Encapsulation | undefined {
  if (vxlan !== 'Never' && ipip !== 'Never') return undefined;
  if (vxlan !== 'Never') return { kind: 'vxlan', crossSubnet: vxlan === 'CrossSubnet' };
  if (ipip !== 'Never') return { kind: 'ipip', crossSubnet: ipip === 'CrossSubnet' };
  return { kind: 'none' };
}
