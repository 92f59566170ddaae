import type { EncapsulationMode } from '../../../src/api/calico.ts';
import { routeProtocol } from '../../../src/net/route.ts';

/** A way between nodes: what the pool says of it, and what the routes to the blocks of other nodes look like then. */
interface Settings {
  readonly ipipMode: EncapsulationMode;
  readonly vxlanMode: EncapsulationMode;
  /** Device towards a node of the same subnet. */
  readonly near: string;
  /** Device towards a node of another subnet. */
  readonly far: string;
  /** Who has written them. */
  readonly protocol: number;
}

const { weft, bird } = routeProtocol;
const tunnel = { ipip: 'tunl0', vxlan: 'vxlan.calico' } as const;

/** C1: the ways that a running cluster can be switched between. */
export const ways = {
  ipip: { ipipMode: 'Always', vxlanMode: 'Never', near: tunnel.ipip, far: tunnel.ipip, protocol: weft },
  'ipip cross-subnet': { ipipMode: 'CrossSubnet', vxlanMode: 'Never', near: 'eth0', far: tunnel.ipip, protocol: weft },
  vxlan: { ipipMode: 'Never', vxlanMode: 'Always', near: tunnel.vxlan, far: tunnel.vxlan, protocol: weft },
  'vxlan cross-subnet': {
    ipipMode: 'Never',
    vxlanMode: 'CrossSubnet',
    near: 'eth0',
    far: tunnel.vxlan,
    protocol: weft,
  },
  bgp: { ipipMode: 'Never', vxlanMode: 'Never', near: 'eth0', far: 'eth0', protocol: bird },
} as const satisfies Readonly<Record<string, Settings>>;

export type Way = keyof typeof ways;

const tour: readonly Way[] = [
  ...(['bgp', 'ipip', 'ipip cross-subnet', 'ipip', 'vxlan', 'ipip', 'vxlan cross-subnet', 'ipip', 'bgp'] as const),
  ...(['ipip cross-subnet', 'vxlan', 'ipip cross-subnet', 'vxlan cross-subnet', 'ipip cross-subnet', 'bgp'] as const),
  ...(['vxlan', 'vxlan cross-subnet', 'vxlan', 'bgp', 'vxlan cross-subnet', 'bgp'] as const),
];

/** Every switch from one way to another once, in an order in which each begins where the one before ends; from BGP to BGP. */
export const switches = tour.slice(1).map((to, index) => ({ from: tour[index] ?? to, to }));
