import type { NodeState, Tunnel } from '../desired/node-state.ts';
import type { Chain, Rule } from '../nft/model.ts';
import { setNames } from './nft-sets.ts';
import type { NftNames } from './nft-table.ts';

/** The chain that packets from pods pass first. */
export const fromWorkloadChain = 'cali-from-workload';

/** Before connection tracking: nobody speaks for others, and tunnel packets are not tracked. */
export function renderRawChains(state: NodeState, { interfacePrefix }: NftNames): readonly Chain[] {
  const leaving = state.tunnels.flatMap((tunnel) => untracked(tunnel, 'leaving'));
  return [
    {
      name: 'raw-prerouting',
      comment: 'First look at every packet that arrives',
      hook: { type: 'filter', hook: 'prerouting', priority: -300, policy: 'accept' },
      rules: [
        {
          match: `iifname "${interfacePrefix}*"`,
          action: `goto ${fromWorkloadChain}`,
          comment: 'from a pod: is the source its own address?',
        },
        ...state.tunnels.flatMap((tunnel) => untracked(tunnel, 'arriving')),
      ],
    },
    ...(leaving.length === 0 ? [] : [rawOutput(leaving)]),
    { name: fromWorkloadChain, comment: 'Anti-spoofing; ends in a drop', rules: fromWorkloadRules() },
  ];
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

function fromWorkloadRules(): readonly Rule[] {
  const known = `iifname @${setNames.workloadInterfaces}`;
  return [
    {
      match: `iifname . ip saddr @${setNames.workloadAddresses(4)}`,
      action: 'accept',
      comment: 'IPv4 source is an address of this pod',
    },
    {
      match: `iifname . ip6 saddr @${setNames.workloadAddresses(6)}`,
      action: 'accept',
      comment: 'IPv6 source is an address of this pod',
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
    { match: known, action: 'drop', comment: 'spoofed: the source is not an address of this pod' },
    { match: '', action: 'drop', comment: 'unknown interface: not a pod that this node knows (yet, or any more)' },
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
