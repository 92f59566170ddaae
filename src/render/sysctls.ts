import type { NodeState, Tunnel } from '../desired/node-state.ts';
import { ipFamily } from '../net/ip.ts';
import type { Sysctl } from '../net/link.ts';

/**
 * Kernel switches of the whole node and of its tunnel devices (those of pods are set when they are wired). A device's
 * sysctls exist only while the device does.
 */
export function renderSysctls(state: NodeState): readonly Sysctl[] {
  const forwarding: Sysctl[] = [{ path: 'ipv4/ip_forward', value: '1' }];
  if (usesIpv6(state)) forwarding.push({ path: 'ipv6/conf/all/forwarding', value: '1' });
  return [...forwarding, ...state.tunnels.flatMap(tunnelSysctls)];
}

function tunnelSysctls({ device, family }: Tunnel): Sysctl[] {
  if (family === 6) {
    return [
      { path: `ipv6/conf/${device}/disable_ipv6`, value: '0' },
      { path: `ipv6/conf/${device}/accept_ra`, value: '0' },
    ];
  }
  return [
    // Loose: a reply may come by the tunnel where the request left by the underlay (CrossSubnet seen from one side
    // only). The kernel takes the larger of this and `all`, so 2 also softens a strict `all` = 1, where 0 would not.
    { path: `ipv4/conf/${device}/rp_filter`, value: '2' },
    // An IPv4 tunnel with IPv6 on would send router solicitations to nobody.
    { path: `ipv6/conf/${device}/disable_ipv6`, value: '1' },
  ];
}

function usesIpv6(state: NodeState): boolean {
  return (
    state.tunnels.some((tunnel) => tunnel.family === 6) ||
    state.masquerade.some((entry) => entry.family === 6) ||
    state.endpoints.some((endpoint) => endpoint.addresses.some((ip) => ipFamily(ip) === 6))
  );
}
