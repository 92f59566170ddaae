import { createHash } from 'node:crypto';
import type { Direction } from '../policy/direction.ts';
import { type SystemDrop, systemDrops } from '../policy/log-prefix.ts';
import { formatPolicyId } from '../policy/policy-id.ts';
import type { RuleIdentity, Walk } from '../policy/policy-state.ts';
import { type HostPhase, hostPhases } from './host-phases.ts';

/**
 * Names of the chains that enforce policy: Calico's where it has the same thing. Whoever wants the counters of a rule,
 * or the way of a packet, finds them by these.
 */
export const chainNames = {
  fromWorkloads: 'cali-from-wl-dispatch',
  toWorkloads: 'cali-to-wl-dispatch',
  /** Which pod it is from or to. */
  workloads: (direction: Direction) => (direction === 'ingress' ? 'cali-to-wl' : 'cali-from-wl'),
  workloadsToHost: 'cali-wl-to-host',
  /** Packets that a phase of host endpoint policy without an end of its own leaves to the next. */
  undecided: 'cali-undecided',
  /** Where the tiers of a walk are asked, when there are many. */
  tiers: ({ key, direction }: Pick<Walk, 'key' | 'direction'>) => `cali-w${letterOf(direction)}-${key}`,
  /** Packets that some of those tiers leave to the next. */
  goesOn: 'cali-next-tiers',
  /** Of a pod, by its host side device: `ingress` is to the pod. */
  workload: (device: string, direction: Direction) =>
    chainName(direction === 'ingress' ? 'cali-tw-' : 'cali-fw-', device),
  hostDispatch: (phase: HostPhase) => hostPhases[phase].dispatch,
  hosts: (phase: HostPhase) => `${hostPhases[phase].dispatch}/device`,
  /** Of a host endpoint; the device is `*` for all others. */
  host: (device: string, phase: HostPhase) => {
    // Longer than a name of a device can be.
    return chainName(hostPhases[phase].prefix, device === '*' ? 'any-other-device' : device);
  },
  /** Where a walk asks a tier; later parts and parts within have a number. */
  tier: (tier: string, { key, direction }: Pick<Walk, 'key' | 'direction'>, part = 0) => {
    return chainName(`cali-t${letterOf(direction)}-`, part === 0 ? `${tier}/${key}` : `${tier}/${key}/${part}`);
  },
  /** What no rule of a tier's policies has decided is dropped here. */
  tierEnd: (tier: string, direction: Direction) => chainName(`cali-t${letterOf(direction)}-`, `${tier}/drop`),
  /** Where a rule of a policy ends and is counted: one on a node, whichever endpoints it is for. */
  rule: ({ policy, direction, index }: Pick<RuleIdentity, 'policy' | 'direction' | 'index'>) => {
    return chainName(`cali-p${letterOf(direction)}-`, `${formatPolicyId(policy)}/${index}`);
  },
  profile: (profile: string, direction: Direction) => chainName(`cali-pr${letterOf(direction)}-`, profile),
  noProfile: (direction: Direction) => `cali-pr${letterOf(direction)}-none/drop`,
  drop: (drop: SystemDrop, direction: Direction) => `cali-d${letterOf(direction)}-${drop}`,
} as const;

/** As in Calico: `i` is in (to the endpoint), `o` out. */
function letterOf(direction: Direction): 'i' | 'o' {
  return direction === 'ingress' ? 'i' : 'o';
}

/** The kernel takes 255; parts of a chain have a few characters more. */
const maxName = 240;

/** What does not fit, or cannot stand in a name, is known by its hash. */
function chainName(prefix: string, suffix: string): string {
  const name = `${prefix}${suffix}`;
  if (name.length <= maxName && /^[A-Za-z0-9/_.-]+$/.test(suffix)) return name;
  return `${prefix}_${createHash('sha256').update(suffix).digest('base64url').slice(0, 32)}`;
}

/** The chains of drops that are no policy's, with what each is for. */
export const dropChains: readonly { readonly name: string; readonly reason: string }[] = (
  ['ingress', 'egress'] as const
).flatMap((direction) => [
  ...systemDrops.map((reason) => ({ name: chainNames.drop(reason, direction), reason })),
  { name: chainNames.noProfile(direction), reason: 'no-profile' },
]);
