import { type Cidr, compareCidrs, hostCidr } from '../net/cidr.ts';
import { type Family, type Ip, ipFamily } from '../net/ip.ts';
import type { FelixSettings } from './felix-settings.ts';
import type { RoutedPool } from './pool.ts';
import type { Tunnel } from './tunnel.ts';

/** What is source-NATed when it leaves. */
export interface Masquerade {
  readonly family: Family;
  /** Pools with natOutgoing: sources. */
  readonly natPools: readonly Cidr[];
  /** Destinations that are never masqueraded: all pools, and node addresses when so configured. */
  readonly excluded: readonly Cidr[];
  /** Tunnel devices: a local source that is not the device's own address is masqueraded when leaving by them. */
  readonly tunnelDevices: readonly string[];
}

/** One entry per family that has pools. */
export function masquerades(
  pools: readonly RoutedPool[],
  tunnels: readonly Tunnel[],
  nodeAddresses: readonly Ip[],
  settings: FelixSettings,
): readonly Masquerade[] {
  return ([4, 6] as const).flatMap((family) => {
    const ours = pools.filter((pool) => pool.family === family);
    if (ours.length === 0) return [];
    const nodes = settings.excludeNodesFromNat ? nodeAddresses.filter((ip) => ipFamily(ip) === family) : [];
    return [
      {
        family,
        natPools: ours.flatMap((pool) => (pool.natOutgoing ? [pool.cidr] : [])).sort(compareCidrs),
        excluded: [...ours.map((pool) => pool.cidr), ...nodes.map(hostCidr)].sort(compareCidrs),
        tunnelDevices: tunnels.flatMap((tunnel) => (tunnel.family === family ? [tunnel.device] : [])),
      },
    ];
  });
}
