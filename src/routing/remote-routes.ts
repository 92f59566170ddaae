import type { CalicoNode } from '../api/node-annotations.ts';
import { cidrContainsIp, cidrFamily, cidrOf, hostCidr, type IpWithPrefix } from '../net/cidr.ts';
import type { Family, Ip } from '../net/ip.ts';
import { mainTable, type NextHop, type Route, routeProtocol } from '../net/route.ts';
import type { MachineFacts } from './machine.ts';
import type { OwnedPrefix } from './owned-prefixes.ts';
import { poolOf, type RoutedPool } from './pool.ts';
import type { RankedRoute } from './ranked-route.ts';
import type { RouteOwner } from './route-owner.ts';
import { type Tunnel, tunnelDevice, tunnelEnd } from './tunnel.ts';

/** What the routes to other nodes depend on. */
export interface RemoteRouteInputs {
  readonly local: CalicoNode;
  readonly nodes: ReadonlyMap<string, CalicoNode>;
  readonly pools: readonly RoutedPool[];
  readonly tunnels: readonly Tunnel[];
  readonly machine: MachineFacts;
  readonly owners: ReadonlyMap<string, RouteOwner>;
}

/**
 * The agent's routes to blocks and borrowed addresses of other nodes:
 * - VXLAN: `<block> via <their tunnel address> dev vxlan.calico onlink`
 * - IP-in-IP: `<block> via <their node address> dev tunl0 onlink`
 * - CrossSubnet within our subnet, or no encapsulation: `<block> via <their node address> dev <underlay> onlink`
 *
 * Without those of pools whose routes are BIRD's (see route-owner.ts). What cannot be routed is a problem, once per node.
 */
export function remoteRoutes(
  owned: readonly OwnedPrefix[],
  inputs: RemoteRouteInputs,
  problems: Set<string>,
): readonly RankedRoute[] {
  const routes: RankedRoute[] = [];
  for (const prefix of owned) {
    if (prefix.node === inputs.local.name) continue;
    const pool = poolOf(inputs.pools, prefix.cidr);
    if (pool === undefined) {
      problems.add(`block ${prefix.cidr} of node ${prefix.node} is in no pool: not routed`);
      continue;
    }
    const route = remoteRoute(prefix, pool, inputs);
    if (typeof route === 'string') problems.add(route);
    else if (route !== undefined) routes.push(route);
  }
  return routes;
}

/** A route, `undefined` when somebody else writes it, or the sentence that says why there is none. */
function remoteRoute(
  prefix: OwnedPrefix,
  pool: RoutedPool,
  inputs: RemoteRouteInputs,
): RankedRoute | string | undefined {
  const { encapsulation } = pool;
  if (inputs.owners.get(pool.name) === 'bird') return undefined;
  const family = cidrFamily(prefix.cidr);
  const node = inputs.nodes.get(prefix.node);
  if (node === undefined) return `node ${prefix.node} owns addresses but does not exist: not routed`;
  const nodeAddress = (family === 4 ? node.ipv4Address : node.ipv6Address)?.ip;
  if (nodeAddress === undefined) return `node ${node.name} has no IPv${family} address: its blocks are not routed`;

  const underlay = family === 4 ? inputs.machine.underlay4 : inputs.machine.underlay6;
  const own = (family === 4 ? inputs.local.ipv4Address : inputs.local.ipv6Address) ?? underlay?.address;
  const near = own !== undefined && inSubnet(own, nodeAddress);
  if (encapsulation.kind === 'none' && !near) {
    return (
      `node ${node.name} (${nodeAddress}) is not in the subnet of this node and pool ${pool.name} does not ` +
      'encapsulate: its blocks are not routed, mode CrossSubnet or backend bird needed'
    );
  }
  if (encapsulation.kind === 'none' || (encapsulation.crossSubnet && near)) {
    if (underlay === undefined) return `this node has no IPv${family} address: node ${node.name} cannot be reached`;
    const rank = encapsulation.kind === 'none' ? 'no encapsulation' : (`${encapsulation.kind} same subnet` as const);
    return { rank, route: gatewayRoute(prefix, { via: nodeAddress, device: underlay.device, onlink: true }) };
  }
  return tunnelRoute(prefix, encapsulation.kind, family, node, nodeAddress, inputs);
}

function tunnelRoute(
  prefix: OwnedPrefix,
  kind: 'vxlan' | 'ipip',
  family: Family,
  node: CalicoNode,
  nodeAddress: Ip,
  inputs: RemoteRouteInputs,
): RankedRoute | string | undefined {
  const device = tunnelDevice({ kind, family });
  // The missing device is a problem of its own, reported where tunnels are computed.
  if (!inputs.tunnels.some((tunnel) => tunnel.device === device)) return undefined;
  if (kind === 'ipip') {
    return { rank: 'ipip tunnel', route: gatewayRoute(prefix, { via: nodeAddress, device, onlink: true }) };
  }
  const via = tunnelEnd({ kind, family }, node);
  if (via === undefined) return `node ${node.name} has no IPv${family} VXLAN tunnel address: its blocks are not routed`;
  // The tunnel end's own address, when it is borrowed or its block has just this address: it cannot be its own gateway.
  if (hostCidr(via) === prefix.cidr) {
    const scope = family === 4 ? 'link' : 'universe';
    return { rank: 'vxlan tunnel', route: { ...gatewayRoute(prefix, { device }), scope } };
  }
  return { rank: 'vxlan tunnel', route: gatewayRoute(prefix, { via, device, onlink: true }) };
}

function gatewayRoute(prefix: OwnedPrefix, nextHop: NextHop): Route {
  return {
    destination: prefix.cidr,
    kind: 'unicast',
    nextHops: [nextHop],
    protocol: routeProtocol.weft,
    scope: 'universe',
    metric: 0,
    table: mainTable,
  };
}

/** Calico's test for "same subnet": the remote node's address lies in the network of our own address. */
function inSubnet(own: IpWithPrefix, remote: Ip): boolean {
  return cidrContainsIp(cidrOf(own.ip, own.prefixLength), remote);
}
