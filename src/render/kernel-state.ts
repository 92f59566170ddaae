import type { Ip } from '../net/ip.ts';
import type { FdbEntry, InterfaceAddress, Link, Neighbour, Sysctl } from '../net/link.ts';
import type { Route } from '../net/route.ts';
import type { Table } from '../nft/model.ts';

/** An IP-in-IP tunnel made of eBPF programs, for kernels without the driver. */
export interface EbpfTunnel {
  /** `tunl0`. */
  readonly device: string;
  readonly mtuBytes: number;
  readonly local: Ip;
  /** Underlay devices whose ingress is watched for protocol 4. */
  readonly underlay: readonly string[];
  /** Only these may send us tunnel packets. */
  readonly peers: readonly Ip[];
}

/** One node's desired kernel state, in kernel terms, ready for the host resources. Order of lists carries no meaning. */
export interface KernelState {
  readonly sysctls: readonly Sysctl[];
  readonly nft: Table;
  /** Tunnel devices with their attributes (pod veths are made by the wiring, not here). */
  readonly links: readonly Link[];
  readonly ebpfTunnels: readonly EbpfTunnel[];
  readonly addresses: readonly InterfaceAddress[];
  readonly neighbours: readonly Neighbour[];
  readonly fdb: readonly FdbEntry[];
  readonly routes: readonly Route[];
}
