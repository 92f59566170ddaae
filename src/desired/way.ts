import type { CalicoNode } from '../api/node-annotations.ts';
import { cidrFamily, hostCidr } from '../net/cidr.ts';
import type { Route } from '../net/route.ts';
import { type TunnelKind, tunnelDevice, tunnelEnd, tunnelKinds } from '../routing/tunnel.ts';
import type { NodeState } from './node-state.ts';
import type { MachineFacts } from './snapshot.ts';

/** The tunnel that leaves by this device; `undefined` for any other device. */
export function tunnelOf(device: string): TunnelKind | undefined {
  return tunnelKinds.find((which) => tunnelDevice(which) === device);
}

/** Whether the far node takes what is sent by this route: by a tunnel only once it announces its end. */
export function canReceive(route: Route, node: CalicoNode): boolean {
  const tunnel = tunnelOf(route.nextHops[0]?.device ?? '');
  return tunnel === undefined || tunnelEnd(tunnel, node) !== undefined;
}

/** Whether an earlier route still leads to the node, with the devices of this state and what the node announces now. */
export function canWork(route: Route, node: CalicoNode, state: NodeState, machine: MachineFacts): boolean {
  const { device = '', via } = route.nextHops[0] ?? {};
  const family = cidrFamily(route.destination);
  const address = (family === 4 ? node.ipv4Address : node.ipv6Address)?.ip;
  if (address === undefined) return false;
  const which = tunnelOf(device);
  if (which === undefined) {
    const underlay = family === 4 ? machine.underlay4 : machine.underlay6;
    return device === underlay?.device && via === address;
  }
  const end = tunnelEnd(which, node);
  const tunnel = state.tunnels.find((one) => one.device === device);
  if (end === undefined || tunnel === undefined) return false;
  if (tunnel.kind === 'ipip') return via === address;
  return via === end || (via === undefined && hostCidr(end) === route.destination);
}

/** Whether two routes to one destination take the same next hop. */
export function sameWay(a: Route, b: Route): boolean {
  const [from, to] = [a.nextHops[0], b.nextHops[0]];
  return from?.device === to?.device && from?.via === to?.via;
}
