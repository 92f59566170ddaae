import type { FelixSettings } from './felix-settings.ts';
import type { MachineFacts } from './machine.ts';
import type { TunnelKind } from './tunnel.ts';

/** Bytes that each encapsulation adds: outer IPv4 20; IPv4 or IPv6 + UDP 8 + VXLAN 8 + inner Ethernet 14. */
export const tunnelOverheadBytes = { ipip: 20, vxlan4: 50, vxlan6: 70 } as const;

/** Taken as the underlay's MTU when there is none to read: what the smallest common cloud network offers. */
export const fallbackMtuBytes = 1460;

/** The MTU of each tunnel device, whether it exists or not. */
export interface TunnelMtus {
  readonly ipip: number;
  readonly vxlan4: number;
  readonly vxlan6: number;
}

/** Underlay MTU less overhead, unless FelixConfiguration says otherwise. */
export function tunnelMtus(machine: MachineFacts, settings: FelixSettings): TunnelMtus {
  const mtu4 = machine.underlay4?.mtuBytes ?? fallbackMtuBytes;
  const mtu6 = machine.underlay6?.mtuBytes ?? fallbackMtuBytes;
  return {
    ipip: settings.ipipMtuBytes ?? mtu4 - tunnelOverheadBytes.ipip,
    vxlan4: settings.vxlanMtuBytes ?? mtu4 - tunnelOverheadBytes.vxlan4,
    vxlan6: settings.vxlanV6MtuBytes ?? mtu6 - tunnelOverheadBytes.vxlan6,
  };
}

/** The MTU for pods: the smallest of the tunnels in use, without tunnels the underlay's. */
export function podMtu(needed: readonly TunnelKind[], mtus: TunnelMtus, machine: MachineFacts): number {
  if (needed.length === 0) {
    const underlays = [machine.underlay4, machine.underlay6].flatMap((underlay) => underlay?.mtuBytes ?? []);
    return underlays.length === 0 ? fallbackMtuBytes : Math.min(...underlays);
  }
  return Math.min(
    ...needed.map(({ kind, family }) => (kind === 'ipip' ? mtus.ipip : family === 4 ? mtus.vxlan4 : mtus.vxlan6)),
  );
}
