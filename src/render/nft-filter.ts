import type { NodeState, Tunnel } from '../desired/node-state.ts';
import type { Chain, Rule } from '../nft/model.ts';
import type { Direction } from '../policy/direction.ts';
import { chainNames } from './chain-names.ts';
import { workloadDispatch } from './endpoint-chains.ts';
import { hasHostPhase } from './host-endpoint-chains.ts';
import type { HostPhase } from './host-phases.ts';
import { invalidRules } from './invalid-rules.ts';
import { setNames } from './nft-sets.ts';
import type { NftNames } from './nft-table.ts';
import type { PolicyRendering } from './policy-rendering.ts';
import { policyRules } from './policy-rules.ts';

/** Who may pass through this node, into it and out of it. */
export function renderFilterChains(state: NodeState, policy: PolicyRendering, names: NftNames): readonly Chain[] {
  return [
    filterForward(state, policy, names),
    filterInput(state, policy, names),
    filterOutput(state, policy, names),
    ...hostAfterNat(policy, names),
    ...workloadPolicy('egress', policy),
    ...workloadPolicy('ingress', policy),
    workloadsToHost(policy),
  ];
}

/** Nearly every packet ends here: nothing is asked of a connection that has been allowed. */
const established: Rule = {
  match: 'ct state established,related',
  action: 'accept',
  comment: 'of a connection that policy has allowed, or about one',
  uncounted: true,
};

function filterForward(state: NodeState, { state: policy }: PolicyRendering, { interfacePrefix }: NftNames): Chain {
  const pods = `"${interfacePrefix}*"`;
  return {
    name: 'filter-forward',
    comment: 'Packets through this node: from, to and between pods',
    hook: { type: 'filter', hook: 'forward', priority: 0, policy: 'accept' },
    rules: [
      established,
      ...hostRules(policy, 'forwardIngress', `iifname != ${pods}`),
      ...state.tunnels.flatMap((tunnel) => podsMayNotTunnel(tunnel, interfacePrefix)),
      {
        match: `iifname ${pods}`,
        action: `jump ${chainNames.fromWorkloads}`,
        comment: 'from a pod: its egress policy',
      },
      { match: `oifname ${pods}`, action: `goto ${chainNames.toWorkloads}`, comment: 'to a pod: its ingress policy' },
      ...hostRules(policy, 'forwardEgress', ''),
    ],
  };
}

function filterInput(state: NodeState, { state: policy }: PolicyRendering, { interfacePrefix }: NftNames): Chain {
  return {
    name: 'filter-input',
    comment: 'Packets for this node itself',
    hook: { type: 'filter', hook: 'input', priority: 0, policy: 'accept' },
    rules: [
      ...state.tunnels.flatMap(onlyNodesMayTunnel),
      established,
      {
        match: `iifname "${interfacePrefix}*"`,
        action: `goto ${chainNames.workloadsToHost}`,
        comment: 'from a pod to its node: its egress policy',
      },
      ...hostRules(policy, 'ingress', ''),
    ],
  };
}

/** The node may always talk to its own pods: that is how they are probed. */
function filterOutput(state: NodeState, policy: PolicyRendering, { interfacePrefix }: NftNames): Chain {
  const natted = asksAfterNat(policy) ? ' ct status & dnat == 0' : '';
  const host = hostRules(policy.state, 'egress', `oifname != "${interfacePrefix}*"${natted}`);
  return {
    name: 'filter-output',
    comment: 'Packets that this node sends itself; it may always talk to its own pods',
    hook: { type: 'filter', hook: 'output', priority: 0, policy: 'accept' },
    rules: [
      {
        match: `oifname "${interfacePrefix}*" oifname != @${setNames.workloadInterfaces}`,
        action: `goto ${chainNames.drop('unknown', 'ingress')}`,
        comment: 'unknown interface: not a pod that this node knows (yet, or any more)',
      },
      ...(host.length === 0 ? [] : [...state.tunnels.flatMap(toNodesByTunnel), established, ...host]),
    ],
  };
}

/**
 * What this node sends to a Service has, when it is sent, the device of the Service's address: that of the address
 * which has taken its place is known only when it leaves.
 */
function hostAfterNat(policy: PolicyRendering, { interfacePrefix }: NftNames): readonly Chain[] {
  if (!asksAfterNat(policy)) return [];
  const match = `ct state new ct status dnat oifname != "${interfacePrefix}*" fib saddr type local`;
  return [
    {
      name: 'mangle-postrouting',
      comment: 'Packets that this node sends itself to what destination NAT has put in the place of a Service',
      hook: { type: 'filter', hook: 'postrouting', priority: -150, policy: 'accept' },
      rules: hostRules(policy.state, 'egress', match),
    },
  ];
}

/** The kernel rejects nothing from there: with such a setting the device before destination NAT must do. */
function asksAfterNat({ state: { hostEndpoints }, settings: { denyAction } }: PolicyRendering): boolean {
  return denyAction === 'drop' && hasHostPhase(hostEndpoints, 'egress');
}

function hostRules({ hostEndpoints }: PolicyRendering['state'], phase: HostPhase, match: string): readonly Rule[] {
  if (!hasHostPhase(hostEndpoints, phase)) return [];
  return [{ match, action: `jump ${chainNames.hostDispatch(phase)}`, comment: 'host endpoint policy' }];
}

/** Asks the policy of the pod that a packet is from or to. */
function workloadPolicy(direction: Direction, { settings }: PolicyRendering): readonly Chain[] {
  const [word, device] = direction === 'egress' ? ['from', 'iifname'] : ['to', 'oifname'];
  return [
    {
      name: direction === 'egress' ? chainNames.fromWorkloads : chainNames.toWorkloads,
      comment: `Policy of the pod that a packet is ${word}: returns what it allows, drops all else`,
      rules: [...invalidRules(direction, settings), ...policyRules(chainNames.workloads(direction), direction)],
    },
    {
      name: chainNames.workloads(direction),
      comment: `Which pod is it ${word}?`,
      rules: [
        {
          match: '',
          action: `${device} vmap @${workloadDispatch(direction)}`,
          comment: 'the chain of the pod',
          uncounted: true,
        },
        {
          match: '',
          action: `goto ${chainNames.drop('unknown', direction)}`,
          comment: 'unknown interface: not a pod that this node knows (yet, or any more)',
        },
      ],
    },
  ];
}

function workloadsToHost({ settings: { endpointToHost } }: PolicyRendering): Chain {
  const dropped = {
    match: '',
    action: `goto ${chainNames.drop('to-host', 'egress')}`,
    comment: 'defaultEndpointToHostAction: Drop',
  };
  return {
    name: chainNames.workloadsToHost,
    comment: 'From a pod to its own node',
    rules: [
      {
        match: 'icmpv6 type { 130-133, 135, 136, 143 }',
        action: 'accept',
        comment: 'IPv6 cannot work without: neighbour discovery and multicast listeners',
      },
      { match: '', action: `jump ${chainNames.fromWorkloads}`, comment: "the pod's egress policy" },
      ...(endpointToHost === 'drop' ? [dropped] : []),
    ],
  };
}

/**
 * A pod that speaks the tunnel's protocol could, once masqueraded as its node, inject packets into other nodes. Here and
 * not in the raw chain, so that it holds for destinations that a Service stood in for, too.
 */
function podsMayNotTunnel(tunnel: Tunnel, interfacePrefix: string): Rule[] {
  // The protocol comes first: for most packets the rule ends there.
  const match = `${protocolOf(tunnel)} iifname "${interfacePrefix}*"`;
  const comment = `pods may not send ${nameOf(tunnel)} packets: they would pass for the node`;
  return [{ match, action: `goto ${chainNames.drop('tunnel', 'egress')}`, comment }];
}

/**
 * With the eBPF driver the programs check the sender; a packet that still arrives here has passed them by. Tunnel
 * packets are most of what a node is sent: they are done with first.
 */
function onlyNodesMayTunnel(tunnel: Tunnel): Rule[] {
  const ip = tunnel.family === 4 ? 'ip' : 'ip6';
  const nodes = `@${setNames.nodeAddresses(tunnel.family)}`;
  return [
    {
      match: `${protocolOf(tunnel)} ${ip} saddr ${nodes}`,
      action: 'accept',
      comment: `${nameOf(tunnel)} packets from nodes of the cluster`,
    },
    {
      match: protocolOf(tunnel),
      action: `goto ${chainNames.drop('tunnel', 'ingress')}`,
      comment: `${nameOf(tunnel)} packets only from nodes of the cluster`,
    },
  ];
}

/** Host endpoint policy is for what is in the tunnel, not for the tunnel. */
function toNodesByTunnel(tunnel: Tunnel): Rule[] {
  const ip = tunnel.family === 4 ? 'ip' : 'ip6';
  const match = `${protocolOf(tunnel)} ${ip} daddr @${setNames.nodeAddresses(tunnel.family)}`;
  return [{ match, action: 'accept', comment: `${nameOf(tunnel)} packets to nodes of the cluster` }];
}

function protocolOf(tunnel: Tunnel): string {
  if (tunnel.kind === 'ipip') return 'ip protocol 4';
  return `meta nfproto ipv${tunnel.family} udp dport ${tunnel.port}`;
}

function nameOf(tunnel: Tunnel): string {
  return tunnel.kind === 'ipip' ? 'IP-in-IP' : `VXLAN (IPv${tunnel.family})`;
}
