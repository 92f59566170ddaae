import { type Chain, type MapElement, maxComment, type NftMap, type Rule } from '../nft/model.ts';
import type { Direction } from '../policy/direction.ts';
import type { PolicySettings } from '../policy/policy-settings.ts';
import type { HostEndpointWalks } from '../policy/policy-state.ts';
import { chainNames } from './chain-names.ts';
import { failsafeRules } from './failsafe-rules.ts';
import { fitComment } from './fit-comment.ts';
import { type HostPhase, hostPhases } from './host-phases.ts';
import { invalidRules } from './invalid-rules.ts';
import { earlyAllow } from './policy-key.ts';
import { policyRules } from './policy-rules.ts';

/** What one phase of host endpoint policy is made of. */
export interface HostPhaseChains {
  readonly map: NftMap;
  readonly chains: readonly Chain[];
}

/**
 * From a device of the host to the chain of its host endpoint, in one phase. Absent when no host endpoint has policy
 * there: then no packet pays for it.
 */
export function renderHostPhase(
  phase: HostPhase,
  endpoints: readonly HostEndpointWalks[],
  entryOf: (walk: string) => string,
  settings: PolicySettings,
): HostPhaseChains | undefined {
  if (!hasHostPhase(endpoints, phase)) return undefined;
  const { map, direction } = hostPhases[phase];
  const others = endpoints.find(({ devices }) => devices === '*');
  const elements = endpoints.flatMap((endpoint) => deviceElements(endpoint, phase));
  const lookup: Rule = {
    match: '',
    action: `${direction === 'ingress' ? 'iifname' : 'oifname'} vmap @${map}`,
    comment: 'which host endpoint?',
  };
  const fallback =
    others?.[phase] === undefined
      ? []
      : [
          {
            match: '',
            action: `goto ${chainNames.host('*', phase)}`,
            comment: fitComment(`all others: ${others.name}`),
          },
        ];
  return {
    map: {
      name: map,
      comment: 'Host endpoint by device: the chain that asks its policy',
      key: ['ifname'],
      value: 'verdict',
      flags: [],
      elements: [...new Map(elements.map((element) => [element.key[0], element])).values()],
    },
    chains: [
      {
        name: chainNames.hostDispatch(phase),
        rules: [...beforeDispatch(phase, direction, settings), ...policyRules(chainNames.hosts(phase), direction)],
      },
      { name: chainNames.hosts(phase), rules: [lookup, ...fallback] },
      ...endpoints.flatMap((endpoint) => endpointChains(endpoint, phase, entryOf)),
    ],
  };
}

/** True when some host endpoint has policy in this phase. */
export function hasHostPhase(endpoints: readonly HostEndpointWalks[], phase: HostPhase): boolean {
  return endpoints.some((endpoint) => endpoint[phase] !== undefined && endpoint.devices.length > 0);
}

/** What an earlier phase has allowed, failsafe ports (but not of others, forwarded), and what belongs to nothing. */
function beforeDispatch(phase: HostPhase, direction: Direction, settings: PolicySettings): readonly Rule[] {
  const untracked = phase === 'untrackedIngress' || phase === 'untrackedEgress';
  const last = !untracked && phase !== 'preDnat';
  const allowed = {
    match: earlyAllow.isSet,
    action: last ? `${earlyAllow.clear} return` : 'return',
    comment: `allowed before connection tracking${last ? ' or destination NAT' : ''}`,
  };
  const forwarded = phase === 'forwardIngress' || phase === 'forwardEgress';
  return [
    ...(untracked ? [] : [allowed]),
    ...(forwarded ? [] : [...neighbourRules, ...failsafeRules(settings, direction, untracked)]),
    ...(last ? invalidRules(direction, settings) : []),
  ];
}

/** IPv6 says to its neighbours in packets what IPv4 says in ARP, of which policy knows nothing. No router passes them on. */
const neighbourRules: readonly Rule[] = [
  {
    match: 'icmpv6 type { 133-136 } ip6 hoplimit 255',
    action: 'return',
    comment: 'IPv6 cannot work without: neighbour discovery on the link',
  },
  {
    match: 'icmpv6 type { 130-132, 143 } ip6 hoplimit 1',
    action: 'return',
    comment: 'IPv6 cannot work without: multicast listeners on the link',
  },
];

function deviceElements(endpoint: HostEndpointWalks, phase: HostPhase): readonly MapElement[] {
  if (endpoint.devices === '*') return [];
  // A device with an endpoint of its own is none of the others.
  const value = (device: string) =>
    endpoint[phase] === undefined ? 'return' : `goto ${chainNames.host(device, phase)}`;
  const comment = fitComment(endpoint.name, maxComment);
  return endpoint.devices.map((device) => ({ key: [device], value: value(device), comment }));
}

function endpointChains(
  endpoint: HostEndpointWalks,
  phase: HostPhase,
  entryOf: (walk: string) => string,
): readonly Chain[] {
  const walk = endpoint[phase];
  if (walk === undefined) return [];
  const comment = fitComment(`host endpoint ${endpoint.name}`);
  const devices = endpoint.devices === '*' ? ['*'] : endpoint.devices;
  return devices.map((device) => ({
    name: chainNames.host(device, phase),
    rules: [{ match: '', action: `goto ${entryOf(walk)}`, comment }],
  }));
}
