import type { Resource } from '../reconcile/resource.ts';
import { applyEach } from './apply-each.ts';
import { type EbpfTunnelActual, type EbpfTunnelSpec, sameIpipTunnel } from './ebpf-tunnel.ts';
import { ensureIpipTunnel, listIpipTunnels, removeIpipTunnel } from './ipip-ebpf.ts';

/** A tunnel as it should be or as it was found. */
export type EbpfTunnelValue =
  | { readonly kind: 'wanted'; readonly tunnel: EbpfTunnelSpec }
  | { readonly kind: 'found'; readonly tunnel: EbpfTunnelActual };

/**
 * IP-in-IP tunnels made of eBPF programs. Ours: those with a folder of pins below `pinDirectory`. A device of the kernel's
 * driver is the link resource's.
 */
export function ipipResource(pinDirectory: string): Resource<EbpfTunnelValue> {
  return {
    name: 'ipip',
    key: ({ tunnel }) => tunnel.device,
    equal: (actual, desired) =>
      actual.kind === 'found' && desired.kind === 'wanted' && sameIpipTunnel(actual.tunnel, desired.tunnel),
    list: async () => listIpipTunnels(pinDirectory).map((tunnel) => ({ kind: 'found', tunnel })),
    apply: (changes) =>
      applyEach(changes, {
        key: ({ tunnel }) => tunnel.device,
        create: (value) => {
          if (value.kind === 'wanted') ensureIpipTunnel({ ...value.tunnel, pinDirectory });
        },
        remove: ({ tunnel }) => removeIpipTunnel(tunnel.device, pinDirectory),
      }),
  };
}

/** The values for the step of this resource. */
export function wantedIpipTunnels(tunnels: readonly EbpfTunnelSpec[]): readonly EbpfTunnelValue[] {
  return tunnels.map((tunnel) => ({ kind: 'wanted', tunnel }));
}
