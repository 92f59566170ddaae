import type { EncapsulationMode } from '../api/calico.ts';

/** How pods on different nodes reach each other in a lab. */
export type LabMode = 'ipip' | 'vxlan' | 'bgp' | 'none';

/** The modes this version builds. */
export const labModes: readonly LabMode[] = ['ipip', 'vxlan', 'bgp', 'none'];

/** Modes of the command's contract that this version refuses by name. */
export const laterModes: readonly string[] = ['flannel-ipip', 'flannel-vxlan', 'flannel-host-gw'];

/** What a mode means for the pool and for the agents. */
export interface ModeSettings {
  readonly ipipMode: EncapsulationMode;
  readonly vxlanMode: EncapsulationMode;
  /** CALICO_NETWORKING_BACKEND of every agent. */
  readonly backend: 'bird' | 'none' | 'vxlan';
  /** The device tunnel packets leave by, absent without encapsulation. */
  readonly tunnelDevice?: 'tunl0' | 'vxlan.calico';
}

/** Pool and agent settings of a mode. */
export function modeSettings({
  mode,
  crossSubnet,
}: {
  readonly mode: LabMode;
  readonly crossSubnet: boolean;
}): ModeSettings {
  const on = crossSubnet ? 'CrossSubnet' : 'Always';
  switch (mode) {
    case 'ipip':
      return { ipipMode: on, vxlanMode: 'Never', backend: 'bird', tunnelDevice: 'tunl0' };
    case 'vxlan':
      return { ipipMode: 'Never', vxlanMode: on, backend: 'vxlan', tunnelDevice: 'vxlan.calico' };
    case 'bgp':
      return { ipipMode: 'Never', vxlanMode: 'Never', backend: 'bird' };
    case 'none':
      return { ipipMode: 'Never', vxlanMode: 'Never', backend: 'none' };
  }
}
