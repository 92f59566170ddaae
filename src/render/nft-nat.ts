import type { Masquerade, NodeState } from '../desired/node-state.ts';
import type { Chain, Rule } from '../nft/model.ts';
import { setNames } from './nft-sets.ts';

/**
 * Source NAT. Asked once per connection; replies and later packets follow the connection. Priority 110 is after
 * kube-proxy's 100, as in Calico.
 */
export function renderNatChains(state: NodeState): readonly Chain[] {
  return [
    {
      name: 'nat-postrouting',
      comment: 'The first packet of every connection that leaves this node',
      hook: { type: 'nat', hook: 'postrouting', priority: 110, policy: 'accept' },
      rules: state.masquerade.flatMap((entry) => [...entry.tunnelDevices.map(tunnelSource), natOutgoing(entry)]),
    },
  ];
}

/** The far node answers to the source address, and only the tunnel's own address leads back through the tunnel. */
function tunnelSource(device: string): Rule {
  return {
    match: `oifname "${device}" fib saddr type local fib saddr . oif type != local`,
    action: 'masquerade fully-random',
    comment: `this node into ${device}: the reply must come back by the tunnel, so use its address`,
  };
}

function natOutgoing({ family }: Masquerade): Rule {
  const ip = family === 4 ? 'ip' : 'ip6';
  const from = `${ip} saddr @${setNames.natOutgoingPools(family)}`;
  const to = `${ip} daddr != @${setNames.natExempt(family)}`;
  return {
    match: `${from} ${to}`,
    action: 'masquerade fully-random',
    comment: 'pod to the world outside of the pools: nobody there has a route back to it',
  };
}
