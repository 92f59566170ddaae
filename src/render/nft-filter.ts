import type { NodeState, Tunnel } from '../desired/node-state.ts';
import type { Chain, Rule } from '../nft/model.ts';
import { setNames } from './nft-sets.ts';
import type { NftNames } from './nft-table.ts';

/** Who may pass through this node, into it and out of it. */
export function renderFilterChains(state: NodeState, { interfacePrefix }: NftNames): readonly Chain[] {
  const toUnknown: Rule = {
    match: `oifname "${interfacePrefix}*" oifname != @${setNames.workloadInterfaces}`,
    action: 'drop',
    comment: 'unknown interface: not a pod that this node knows (yet, or any more)',
  };
  const toThisNode = state.tunnels.flatMap(onlyNodesMayTunnel);
  return [
    {
      name: 'filter-forward',
      comment: 'Packets through this node: from, to and between pods',
      hook: { type: 'filter', hook: 'forward', priority: 0, policy: 'accept' },
      rules: [toUnknown, ...state.tunnels.flatMap((tunnel) => podsMayNotTunnel(tunnel, interfacePrefix))],
    },
    ...(toThisNode.length === 0 ? [] : [filterInput(toThisNode)]),
    {
      name: 'filter-output',
      comment: 'Packets that this node sends itself',
      hook: { type: 'filter', hook: 'output', priority: 0, policy: 'accept' },
      rules: [toUnknown],
    },
  ];
}

/** Without tunnels there is nothing to refuse, and no chain that every packet would have to pass. */
function filterInput(rules: readonly Rule[]): Chain {
  return {
    name: 'filter-input',
    comment: 'Packets for this node itself; pods may talk to their node',
    hook: { type: 'filter', hook: 'input', priority: 0, policy: 'accept' },
    rules,
  };
}

/**
 * A pod that speaks the tunnel's protocol could, once masqueraded as its node, inject packets into other nodes. Here and
 * not in the raw chain, so that it holds for destinations that a Service stood in for, too.
 */
function podsMayNotTunnel(tunnel: Tunnel, interfacePrefix: string): Rule[] {
  // The protocol comes first: for most packets the rule ends there. An answer that happens to go to that port passes.
  const match = `${protocolOf(tunnel)} iifname "${interfacePrefix}*" ct state != { established, related }`;
  return [
    { match, action: 'drop', comment: `pods may not send ${nameOf(tunnel)} packets: they would pass for the node` },
  ];
}

/** With the eBPF driver the programs check the sender; a packet that still arrives here has passed them by. */
function onlyNodesMayTunnel(tunnel: Tunnel): Rule[] {
  const ip = tunnel.family === 4 ? 'ip' : 'ip6';
  const match = `${protocolOf(tunnel)} ${ip} saddr != @${setNames.nodeAddresses(tunnel.family)}`;
  return [{ match, action: 'drop', comment: `${nameOf(tunnel)} packets only from nodes of the cluster` }];
}

function protocolOf(tunnel: Tunnel): string {
  if (tunnel.kind === 'ipip') return 'ip protocol 4';
  return `meta nfproto ipv${tunnel.family} udp dport ${tunnel.port}`;
}

function nameOf(tunnel: Tunnel): string {
  return tunnel.kind === 'ipip' ? 'IP-in-IP' : `VXLAN (IPv${tunnel.family})`;
}
