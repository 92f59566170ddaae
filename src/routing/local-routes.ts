import { hostCidr, isSingleAddress } from '../net/cidr.ts';
import { type Ip, ipFamily } from '../net/ip.ts';
import { mainTable, type Route, routeProtocol } from '../net/route.ts';
import type { OwnedPrefix } from './owned-prefixes.ts';
import type { RankedRoute } from './ranked-route.ts';

/** A pod of this node: its host side device and its addresses. */
export interface RoutedPod {
  readonly device: string;
  readonly addresses: readonly Ip[];
}

/**
 * `<ip> dev cali... scope link` for every address of every local pod. They carry protocol `boot`, as CNI plugins and
 * Calico write them. IPv6 routes have no scope.
 */
export function podRoutes(pods: readonly RoutedPod[], problems: Set<string>): readonly RankedRoute[] {
  const owners = new Map<Ip, string>();
  const routes: RankedRoute[] = [];
  for (const { device, addresses } of pods.toSorted((a, b) => (a.device < b.device ? -1 : 1))) {
    for (const ip of addresses) {
      const owner = owners.get(ip);
      if (owner !== undefined) {
        if (owner !== device) problems.add(`address ${ip} is on both ${owner} and ${device}: routed to ${owner}`);
        continue;
      }
      owners.set(ip, device);
      const scope = ipFamily(ip) === 4 ? 'link' : 'universe';
      routes.push({ rank: 'local pod', route: { ...base, destination: hostCidr(ip), nextHops: [{ device }], scope } });
    }
  }
  return routes;
}

/**
 * `blackhole <block>` for the node's own blocks: packets to addresses that no pod has must not follow the default
 * route (and come back in a loop). A block of one address has no room for that: its pod's route is the block's.
 */
export function blackholeRoutes(owned: readonly OwnedPrefix[], localName: string): readonly RankedRoute[] {
  return owned.flatMap(({ cidr, node, kind }): RankedRoute[] => {
    if (kind !== 'block' || node !== localName) return [];
    if (isSingleAddress(cidr)) return [];
    const protocol = routeProtocol.weft;
    return [{ rank: 'blackhole', route: { ...base, destination: cidr, kind: 'blackhole', nextHops: [], protocol } }];
  });
}

const base: Omit<Route, 'destination' | 'nextHops'> = {
  kind: 'unicast',
  protocol: routeProtocol.boot,
  scope: 'universe',
  metric: 0,
  table: mainTable,
};
