import { vxlanMac } from '../api/names.ts';
import type { CalicoNode } from '../api/node-annotations.ts';
import type { Family, Ip } from '../net/ip.ts';
import type { Mac } from '../net/mac.ts';
import type { FelixSettings } from './felix-settings.ts';
import type { MachineFacts, Underlay } from './machine.ts';
import type { TunnelMtus } from './mtu.ts';
import type { RoutedPool } from './pool.ts';

/** A tunnel device this node must have. */
export type Tunnel =
  | {
      readonly kind: 'vxlan';
      /** `vxlan.calico` or `vxlan-v6.calico`. */
      readonly device: string;
      readonly family: Family;
      readonly vni: number;
      readonly port: number;
      readonly local: Ip;
      readonly parent: string;
      readonly mac: Mac;
      readonly mtuBytes: number;
      /** The tunnel's own address, absent until IPAM has given one. */
      readonly address?: Ip;
    }
  | {
      readonly kind: 'ipip';
      /** `tunl0`. */
      readonly device: string;
      readonly family: 4;
      readonly driver: 'kernel' | 'ebpf';
      readonly local: Ip;
      readonly parent: string;
      readonly mtuBytes: number;
      readonly address?: Ip;
    };

/** Which tunnel: there is at most one device of each. */
export interface TunnelKind {
  readonly kind: 'vxlan' | 'ipip';
  readonly family: Family;
}

/** Every kind of tunnel there is, in a fixed order. */
export const tunnelKinds: readonly TunnelKind[] = [
  { kind: 'ipip', family: 4 },
  { kind: 'vxlan', family: 4 },
  { kind: 'vxlan', family: 6 },
];

/** The device of each kind of tunnel. */
export function tunnelDevice({ kind, family }: TunnelKind): string {
  if (kind === 'ipip') return 'tunl0';
  return family === 4 ? 'vxlan.calico' : 'vxlan-v6.calico';
}

/** The address of a node's end of a tunnel; `undefined` when it announces none. */
export function tunnelEnd({ kind, family }: TunnelKind, node: CalicoNode): Ip | undefined {
  if (kind === 'ipip') return node.ipipTunnelAddress;
  return family === 4 ? node.vxlanTunnelAddress : node.vxlanTunnelAddressV6;
}

/**
 * The kinds of tunnel that any pool uses, disabled pools included, in a fixed order.
 *
 * @param kept devices that are asked for besides
 */
export function neededTunnels(
  pools: readonly RoutedPool[],
  kept: ReadonlySet<string> = new Set(),
): readonly TunnelKind[] {
  return tunnelKinds.filter(
    (which) =>
      kept.has(tunnelDevice(which)) ||
      pools.some((pool) => pool.encapsulation.kind === which.kind && pool.family === which.family),
  );
}

/** The tunnel devices of the local node. One that cannot be made (no node address of its family) is a problem. */
export function computeTunnels(
  needed: readonly TunnelKind[],
  local: CalicoNode,
  machine: MachineFacts,
  mtus: TunnelMtus,
  settings: FelixSettings,
  problems: Set<string>,
): readonly Tunnel[] {
  return needed.flatMap((which) => {
    const underlay = which.family === 4 ? machine.underlay4 : machine.underlay6;
    if (underlay === undefined) {
      problems.add(`node ${local.name} has no IPv${which.family} address: ${tunnelDevice(which)} cannot be made`);
      return [];
    }
    return [
      which.kind === 'ipip' ? ipip(local, machine, underlay, mtus) : vxlan(which, local, underlay, mtus, settings),
    ];
  });
}

function ipip(local: CalicoNode, machine: MachineFacts, underlay: Underlay, mtus: TunnelMtus): Tunnel {
  const address = tunnelEnd({ kind: 'ipip', family: 4 }, local);
  return {
    kind: 'ipip',
    device: 'tunl0',
    family: 4,
    driver: machine.ipip,
    local: underlay.address.ip,
    parent: underlay.device,
    mtuBytes: mtus.ipip,
    ...(address === undefined ? {} : { address }),
  };
}

function vxlan(
  which: TunnelKind,
  node: CalicoNode,
  underlay: Underlay,
  mtus: TunnelMtus,
  settings: FelixSettings,
): Tunnel {
  const { family } = which;
  const address = tunnelEnd(which, node);
  return {
    kind: 'vxlan',
    device: tunnelDevice(which),
    family,
    vni: settings.vxlanVni,
    port: settings.vxlanPort,
    local: underlay.address.ip,
    parent: underlay.device,
    mac: tunnelMac(node, family),
    mtuBytes: family === 4 ? mtus.vxlan4 : mtus.vxlan6,
    ...(address === undefined ? {} : { address }),
  };
}

/** The MAC of a node's VXLAN device: as its annotation says, else computed from its name. */
export function tunnelMac(node: CalicoNode, family: Family): Mac {
  return (family === 4 ? node.vxlanTunnelMac : node.vxlanTunnelMacV6) ?? vxlanMac(node.name, family);
}
