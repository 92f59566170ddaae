import type { NodePolicy } from '../desired/policy-feed.ts';
import { policyIndex } from '../desired/policy-index.ts';
import type { ChainCounters } from '../host/nft-counters.ts';
import { chainNames, dropChains } from '../render/chain-names.ts';

/** What counts packets in the kernel, by the chain that does. */
export type CountedBy =
  | {
      readonly kind: 'rule';
      readonly tier: string;
      /** `np/default/allow-tcp-80`; '' for the end of a tier. */
      readonly policy: string;
      readonly direction: 'ingress' | 'egress';
      /** Index in its policy, or `end`. */
      readonly rule: string;
      readonly action: string;
    }
  /** Dropped by something that is no policy. */
  | { readonly kind: 'drop'; readonly reason: string };

/** Which chains count for what, of everything that is in force. */
export function countingChains({ state }: NodePolicy): ReadonlyMap<string, CountedBy> {
  const chains = new Map(dropChains.map(({ name, reason }): [string, CountedBy] => [name, { kind: 'drop', reason }]));
  for (const { direction, tiers } of state.walks.values()) {
    for (const { tier, end } of tiers) {
      if (end !== 'drop') continue;
      const by = { kind: 'rule', tier, policy: '', direction, rule: 'end', action: 'Deny' } as const;
      chains.set(chainNames.tierEnd(tier, direction), by);
    }
  }
  for (const rule of policyIndex(state).rules.values()) {
    const { tier, direction, index, action } = rule;
    const policy = rule.key.slice(0, -`/${direction}/${index}`.length);
    chains.set(chainNames.rule(rule), { kind: 'rule', tier, policy, direction, rule: String(index), action });
  }
  return chains;
}

/** What was counted since the last look, by chain; a chain that was made again counts from zero. */
export class CounterIncrements {
  #last: ReadonlyMap<string, ChainCounters> = new Map();

  take(counters: ReadonlyMap<string, ChainCounters>): ReadonlyMap<string, ChainCounters> {
    const increments = new Map<string, ChainCounters>();
    for (const [chain, { packets, bytes }] of counters) {
      const last = this.#last.get(chain);
      const same = last !== undefined && last.packets <= packets && last.bytes <= bytes;
      increments.set(chain, same ? { packets: packets - last.packets, bytes: bytes - last.bytes } : { packets, bytes });
    }
    this.#last = counters;
    return increments;
  }
}
