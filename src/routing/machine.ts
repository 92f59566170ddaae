import type { IpWithPrefix } from '../net/cidr.ts';

/** The device that owns a node address: parent of tunnels, exit of direct routes. */
export interface Underlay {
  readonly device: string;
  readonly mtuBytes: number;
  readonly address: IpWithPrefix;
}

/** Facts about this machine that no API object holds; the agent reads them once and on change. */
export interface MachineFacts {
  readonly underlay4?: Underlay;
  readonly underlay6?: Underlay;
  /** Whether IP-in-IP is done by the kernel's driver or by our eBPF programs. */
  readonly ipip: 'kernel' | 'ebpf';
}

/**
 * How routes of pools without encapsulation reach the kernel: `none` and `vxlan` = the agent writes them, `bird` =
 * BIRD does. Routes of pools with encapsulation, same-subnet ones included, are always the agent's.
 */
export type Backend = 'none' | 'bird' | 'vxlan';
