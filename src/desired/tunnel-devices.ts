import { readCalicoNode } from '../api/node-annotations.ts';
import { cidrContainsIp, tryParseCidr } from '../net/cidr.ts';
import type { Route } from '../net/route.ts';
import { readRoutedPools } from '../routing/pool.ts';
import { neededTunnels, tunnelDevice, tunnelEnd } from '../routing/tunnel.ts';
import type { Snapshot } from './snapshot.ts';
import { tunnelOf } from './way.ts';

/** The tunnel devices that a pool needs or that one of these routes leaves by. */
export function usedTunnels({ pools }: Pick<Snapshot, 'pools'>, routes: readonly Route[]): ReadonlySet<string> {
  const needed = neededTunnels(readRoutedPools(pools, new Set())).map(tunnelDevice);
  const left = routes.flatMap(({ nextHops }) => nextHops.flatMap(({ device }) => device ?? []));
  return new Set([...needed, ...left.filter((device) => tunnelOf(device) !== undefined)]);
}

/**
 * The devices among these whose address the node announces, as far as it is still out of a pool: one that no pool has
 * any more is not announced longer than needed.
 */
export function announcedTunnels(
  { nodes, pools, nodeName }: Pick<Snapshot, 'nodes' | 'pools' | 'nodeName'>,
  devices: Iterable<string>,
): ReadonlySet<string> {
  const object = nodes.find(({ metadata }) => metadata.name === nodeName);
  if (object === undefined) return new Set();
  const node = readCalicoNode(object);
  const cidrs = pools.flatMap(({ spec }) => tryParseCidr(spec.cidr) ?? []);
  return new Set(
    [...devices].filter((device) => {
      const tunnel = tunnelOf(device);
      const end = tunnel && tunnelEnd(tunnel, node);
      return end !== undefined && cidrs.some((cidr) => cidrContainsIp(cidr, end));
    }),
  );
}
