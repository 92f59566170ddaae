import type { Direction } from '../policy/direction.ts';
import type { HostEndpointWalks } from '../policy/policy-state.ts';

/** Where in the kernel a host endpoint's policy is asked. */
export type HostPhase = Exclude<keyof HostEndpointWalks, 'name' | 'devices'>;

/**
 * The phases, in the order of their chains in the table, with their names: of the map from a device to the chain of its
 * endpoint (`dispatch-from-host-device-untracked`), of the chain that is asked (`cali-from-hep-untracked`), and what an
 * endpoint's own begins with (`cali-fhut-`).
 */
export const hostPhases = {
  untrackedIngress: phase('ingress', 'ut', 'untracked'),
  untrackedEgress: phase('egress', 'ut', 'untracked'),
  preDnat: phase('ingress', 'pd', 'pre-dnat'),
  ingress: phase('ingress', ''),
  egress: phase('egress', ''),
  forwardIngress: phase('ingress', 'fw', 'forward'),
  forwardEgress: phase('egress', 'fw', 'forward'),
} as const satisfies Readonly<Record<HostPhase, unknown>>;

function phase(direction: Direction, letters: string, name?: string) {
  const side = direction === 'ingress' ? 'from' : 'to';
  return {
    direction,
    map: `dispatch-${side}-host-device${name === undefined ? '' : `-${name}`}`,
    dispatch: name === undefined ? `cali-${side}-host-endpoint` : `cali-${side}-hep-${name}`,
    prefix: `cali-${direction === 'ingress' ? 'f' : 't'}h${letters}-`,
  };
}
