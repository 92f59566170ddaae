import type { Ip } from '../net/ip.ts';

/** An IP-in-IP tunnel made of eBPF programs, as it should be. */
export interface EbpfTunnelSpec {
  /** `tunl0`; the far end of its veth pair is named with a `p` behind. At most 14 characters. */
  readonly device: string;
  /** The underlay's minus 20. */
  readonly mtuBytes: number;
  /** Outer source, and the only outer destination accepted. */
  readonly local: Ip;
  /** Devices that lead to other nodes; order carries no meaning. */
  readonly underlay: readonly string[];
  /** Who may send us tunnel packets; order carries no meaning. */
  readonly peers: readonly Ip[];
}

/** A tunnel as found in the kernel. Equal to the desired one when the fields agree and there are no faults. */
export interface EbpfTunnelActual extends Omit<EbpfTunnelSpec, 'local'> {
  /** Absent when a half-made tunnel does not say. */
  readonly local: Ip | undefined;
  /** What is broken within, in words: `device "tunl0" is down`. What an ensure repairs. */
  readonly faults: readonly string[];
}

/** Whether nothing needs to be done. */
export function sameIpipTunnel(actual: EbpfTunnelActual, desired: EbpfTunnelSpec): boolean {
  return (
    actual.faults.length === 0 &&
    actual.device === desired.device &&
    actual.mtuBytes === desired.mtuBytes &&
    actual.local === desired.local &&
    sameMembers(actual.underlay, desired.underlay) &&
    sameMembers(actual.peers, desired.peers)
  );
}

function sameMembers(actual: readonly string[], desired: readonly string[]): boolean {
  const wanted = new Set(desired);
  const found = new Set(actual);
  return found.size === wanted.size && [...found].every((member) => wanted.has(member));
}
