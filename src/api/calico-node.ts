import type { KubernetesObject } from './meta.ts';

/** What a projectcalico.org/v3 Node says about BGP. */
export interface NodeBgpSpec {
  readonly asNumber?: number;
  /** With the length of its network: `192.168.1.10/24`. */
  readonly ipv4Address?: string;
  readonly ipv6Address?: string;
  readonly ipv4IPIPTunnelAddr?: string;
  /** Written like an IPv4 address. */
  readonly routeReflectorClusterID?: string;
}

/** projectcalico.org/v3 Node: a view of the Node of Kubernetes and its annotations, stored nowhere else. */
export interface CalicoNodeObject extends KubernetesObject {
  readonly spec: {
    readonly bgp?: NodeBgpSpec;
    readonly ipv4VXLANTunnelAddr?: string;
    readonly vxlanTunnelMACAddr?: string;
    readonly ipv6VXLANTunnelAddr?: string;
    readonly vxlanTunnelMACAddrV6?: string;
    readonly orchRefs?: readonly { readonly nodeName?: string; readonly orchestrator: string }[];
    readonly wireguard?: { readonly interfaceIPv4Address?: string; readonly interfaceIPv6Address?: string };
    readonly addresses?: readonly {
      readonly address: string;
      readonly type?: 'CalicoNodeIP' | 'InternalIP' | 'ExternalIP';
    }[];
    readonly interfaces?: readonly { readonly name?: string; readonly addresses?: readonly string[] }[];
  };
  readonly status?: {
    readonly wireguardPublicKey?: string;
    readonly wireguardPublicKeyV6?: string;
    readonly podCIDRs?: readonly string[];
  };
}
