import type { Family, Ip } from './ip.ts';
import type { Mac } from './mac.ts';

/** What kind of device, with the attributes that only that kind has. Names are those of `ip link add ... type KIND`. */
export type LinkKind =
  | { readonly kind: 'veth'; readonly peer?: string }
  | { readonly kind: 'bridge'; readonly vlanFiltering?: boolean }
  | {
      readonly kind: 'vxlan';
      readonly vni: number;
      readonly port: number;
      readonly local?: Ip;
      /** Underlay device name. */
      readonly parent?: string;
      readonly learning: boolean;
    }
  | {
      readonly kind: 'ipip';
      readonly local?: Ip;
      readonly remote?: Ip;
      readonly ttl: number;
      readonly pmtudisc: boolean;
    }
  | { readonly kind: 'ifb' }
  | { readonly kind: 'tun'; readonly mode: 'tun' | 'tap' }
  /** A device that was there before us, or of a kind we never make: `name` as the kernel says it, '' for hardware. */
  | { readonly kind: 'other'; readonly name: string };

/** A network device as it is or should be. */
export interface Link {
  readonly name: string;
  readonly type: LinkKind;
  readonly mtuBytes: number;
  /** Absent: the kernel's choice (or a device without a MAC). */
  readonly mac?: Mac;
  /** Administratively up. */
  readonly up: boolean;
  /** IFF_NOARP. */
  readonly noArp?: boolean;
  /** Name of the bridge this device is a port of. */
  readonly master?: string;
}

/** An address on a device. Key: device + ip + prefixLength. */
export interface InterfaceAddress {
  readonly device: string;
  readonly ip: Ip;
  readonly prefixLength: number;
  /** RT_SCOPE_UNIVERSE unless said otherwise. */
  readonly scope?: 'universe' | 'link' | 'host';
}

/** A permanent neighbour (ARP or NDP) entry. Key: device + ip. */
export interface Neighbour {
  readonly device: string;
  readonly ip: Ip;
  readonly mac: Mac;
}

/** A forwarding entry of a vxlan device: frames for `mac` go to the remote tunnel end. Key: device + mac. */
export interface FdbEntry {
  readonly device: string;
  readonly mac: Mac;
  readonly remote: Ip;
}

/** A sysctl below /proc/sys/net; `path` like `ipv4/conf/eth0/proxy_arp` (slashes, so that names may hold dots). */
export interface Sysctl {
  readonly path: string;
  readonly value: string;
}

/** A policy routing rule (`ip rule`). Key: all fields. */
export interface RoutingRule {
  readonly family: Family;
  readonly priority: number;
  readonly table: number;
  readonly from?: string;
  readonly to?: string;
  readonly fwmark?: number;
  readonly fwmask?: number;
  readonly invert?: boolean;
}
