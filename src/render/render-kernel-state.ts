import type { NodeState, Tunnel } from '../desired/node-state.ts';
import { addressBits, ipFamily } from '../net/ip.ts';
import type { InterfaceAddress, Link } from '../net/link.ts';
import { hostSideMac } from '../net/mac.ts';
import type { EbpfTunnel, KernelState } from './kernel-state.ts';
import { renderNftTable } from './nft-table.ts';
import type { PolicyRendering } from './policy-rendering.ts';
import { renderSysctls } from './sysctls.ts';

/** Names that are the same on every node of a cluster, with defaults that people know. */
export interface RenderOptions {
  /** How host side devices of pods begin. Default `cali`. */
  readonly interfacePrefix?: string;
  /** The one nftables table. Default `weft`. */
  readonly tableName?: string;
}

/** The node's desired state in kernel terms. Pure; the same state gives the same value. */
export function renderKernelState(state: NodeState, policy: PolicyRendering, options: RenderOptions = {}): KernelState {
  const { interfacePrefix = 'cali', tableName = 'weft' } = options;
  return {
    sysctls: renderSysctls(state),
    nft: renderNftTable(state, policy, { interfacePrefix, tableName }),
    links: state.tunnels.flatMap(renderLink),
    ebpfTunnels: state.tunnels.flatMap((tunnel) => renderEbpfTunnel(tunnel, state)),
    addresses: [...state.tunnels.flatMap(renderAddress), ...state.peeringAddresses.map(renderPeeringAddress)],
    neighbours: [
      ...state.vxlanPeers.map(({ device, tunnelAddress, mac }) => ({ device, ip: tunnelAddress, mac })),
      // The host need not ask pods for what the wiring knows.
      ...state.endpoints.flatMap(({ device, addresses, mac }) =>
        // Until the pod is wired its MAC is not known.
        mac === hostSideMac ? [] : addresses.map((ip) => ({ device, ip, mac })),
      ),
    ],
    fdb: state.vxlanPeers.map(({ device, mac, nodeAddress }) => ({ device, mac, remote: nodeAddress })),
    routes: state.routes,
  };
}

function renderLink(tunnel: Tunnel): Link[] {
  const { device: name, mtuBytes } = tunnel;
  if (tunnel.kind === 'vxlan') {
    const { vni, port, local, parent, mac } = tunnel;
    return [{ name, mtuBytes, mac, up: true, type: { kind: 'vxlan', vni, port, local, parent, learning: false } }];
  }
  // The driver's own first device: any remote, TTL and DF copied from the inner packet.
  if (tunnel.driver === 'ebpf') return [];
  return [{ name, mtuBytes, up: true, noArp: true, type: { kind: 'ipip', ttl: 0, pmtudisc: false } }];
}

function renderEbpfTunnel(tunnel: Tunnel, state: NodeState): EbpfTunnel[] {
  if (tunnel.kind !== 'ipip' || tunnel.driver !== 'ebpf') return [];
  const { device, mtuBytes, local, parent } = tunnel;
  const peers = state.nodeAddresses.filter((ip) => ipFamily(ip) === 4 && ip !== local);
  return [{ device, mtuBytes, local, underlay: [parent], peers }];
}

function renderAddress({ device, family, address }: Tunnel): InterfaceAddress[] {
  return address === undefined ? [] : [{ device, ip: address, prefixLength: addressBits(family), scope: 'universe' }];
}

/** Never the source of anything but the sessions that name it: hence the scope. IPv6 addresses have none of their own. */
function renderPeeringAddress({ device, ip }: NodeState['peeringAddresses'][number]): InterfaceAddress {
  const family = ipFamily(ip);
  return { device, ip, prefixLength: addressBits(family), scope: family === 4 ? 'link' : 'universe' };
}
