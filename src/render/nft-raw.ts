import type { NodeState, Tunnel } from '../desired/node-state.ts';
import type { Chain, Rule } from '../nft/model.ts';
import { chainNames } from './chain-names.ts';
import { hasHostPhase } from './host-endpoint-chains.ts';
import { setNames } from './nft-sets.ts';
import type { NftNames } from './nft-table.ts';
import { earlyAllow } from './policy-key.ts';
import type { PolicyRendering } from './policy-rendering.ts';

/** The chain that packets from pods pass first. */
export const fromWorkloadChain = 'cali-from-workload';

/**
 * Before connection tracking: nobody speaks for others, tunnel packets are not tracked, and host endpoint policy that
 * wants no tracking.
 */
export function renderRawChains(
  state: NodeState,
  policy: PolicyRendering,
  { interfacePrefix }: NftNames,
): readonly Chain[] {
  const { hostEndpoints } = policy.state;
  const arrivingPolicy: Rule = {
    match: '',
    action: `jump ${chainNames.hostDispatch('untrackedIngress')}`,
    comment: 'host endpoint policy without connection tracking (doNotTrack)',
  };
  const leavingPolicy: Rule = {
    ...arrivingPolicy,
    match: `oifname != "${interfacePrefix}*"`,
    action: `jump ${chainNames.hostDispatch('untrackedEgress')}`,
  };
  // Every phase but the untracked ones believes the mark.
  const unmark = hostEndpoints.length === 0 ? [] : [forgedAllow];
  const leaving = [
    ...unmark,
    ...state.tunnels.flatMap((tunnel) => untracked(tunnel, 'leaving')),
    ...(hasHostPhase(hostEndpoints, 'untrackedEgress') ? [leavingPolicy] : []),
  ];
  return [
    {
      name: 'raw-prerouting',
      comment: 'First look at every packet that arrives',
      hook: { type: 'filter', hook: 'prerouting', priority: -300, policy: 'accept' },
      rules: [
        ...unmark,
        {
          match: `iifname "${interfacePrefix}*"`,
          action: `goto ${fromWorkloadChain}`,
          comment: 'from a pod: is the source its own address?',
          uncounted: true,
        },
        ...state.tunnels.flatMap((tunnel) => untracked(tunnel, 'arriving')),
        ...(hasHostPhase(hostEndpoints, 'untrackedIngress') ? [arrivingPolicy] : []),
      ],
    },
    ...(hasHostPhase(hostEndpoints, 'preDnat') ? [preDnat(interfacePrefix)] : []),
    ...(leaving.length === 0 ? [] : [rawOutput(leaving)]),
    { name: fromWorkloadChain, comment: 'Anti-spoofing; ends in a drop', rules: fromWorkloadRules() },
  ];
}

const forgedAllow: Rule = {
  match: earlyAllow.isSet,
  action: earlyAllow.clear,
  comment: 'only host endpoint policy says what it has allowed: neither another table, nor the packet this one came in',
};

/** Sees the destination that the client has used, before a Service's is put in its place. */
function preDnat(interfacePrefix: string): Chain {
  return {
    name: 'mangle-prerouting',
    comment: 'Before destination NAT: host endpoint policy (preDNAT)',
    hook: { type: 'filter', hook: 'prerouting', priority: -150, policy: 'accept' },
    rules: [
      { match: 'ct state established,related', action: 'accept', comment: 'of a connection that policy has allowed' },
      {
        match: `iifname != "${interfacePrefix}*"`,
        action: `jump ${chainNames.hostDispatch('preDnat')}`,
        comment: 'from outside',
      },
    ],
  };
}

/** A base chain costs every packet that passes its hook, even without rules: there is none where none is needed. */
function rawOutput(rules: readonly Rule[]): Chain {
  return {
    name: 'raw-output',
    comment: 'Packets that this node sends itself',
    hook: { type: 'filter', hook: 'output', priority: -300, policy: 'accept' },
    rules,
  };
}

/** Every packet of every pod has to pay for the first two: they do not count, its device does. */
function fromWorkloadRules(): readonly Rule[] {
  const known = `iifname @${setNames.workloadInterfaces}`;
  return [
    {
      match: `iifname . ip saddr @${setNames.workloadAddresses(4)}`,
      action: 'accept',
      comment: 'IPv4 source is an address of this pod',
      uncounted: true,
    },
    {
      match: `iifname . ip6 saddr @${setNames.workloadAddresses(6)}`,
      action: 'accept',
      comment: 'IPv6 source is an address of this pod',
      uncounted: true,
    },
    {
      match: `${known} ip6 saddr fe80::/10 meta l4proto ipv6-icmp`,
      action: 'accept',
      comment: 'IPv6 cannot work without: neighbour discovery and MLD from the link-local address',
    },
    {
      match: `${known} ip6 saddr :: icmpv6 type { nd-router-solicit, nd-neighbor-solicit, mld2-listener-report }`,
      action: 'accept',
      comment: 'IPv6 before it has an address: duplicate address detection and MLDv2 reports',
    },
    {
      match: known,
      action: `goto ${chainNames.drop('spoofed', 'egress')}`,
      comment: 'spoofed: the source is not an address of this pod',
    },
    {
      match: '',
      action: `goto ${chainNames.drop('unknown', 'egress')}`,
      comment: 'unknown interface: not a pod that this node knows (yet, or any more)',
    },
  ];
}

/**
 * The outer packets between nodes: the inner ones are tracked, doing it twice costs time and table space. Only our own
 * tunnel traffic, so that a masqueraded connection of a pod to the same port elsewhere stays tracked.
 */
function untracked(tunnel: Tunnel, direction: 'arriving' | 'leaving'): Rule[] {
  if (tunnel.kind === 'ipip' && tunnel.driver === 'ebpf') return [];
  const ip = tunnel.family === 4 ? 'ip' : 'ip6';
  const nodes = `@${setNames.nodeAddresses(tunnel.family)}`;
  const ends =
    direction === 'arriving'
      ? `${ip} daddr ${tunnel.local} ${ip} saddr ${nodes}`
      : `${ip} saddr ${tunnel.local} ${ip} daddr ${nodes}`;
  const protocol = tunnel.kind === 'vxlan' ? `udp dport ${tunnel.port}` : 'meta l4proto 4';
  const comment = `${tunnel.device}, ${direction}: connections are tracked inside the tunnel only`;
  // The protocol comes first: most packets are something else, and then the sets are not asked.
  return [{ match: `${protocol} ${ends}`, action: 'notrack accept', comment }];
}
