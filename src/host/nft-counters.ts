import { createHash } from 'node:crypto';
import { hasCode } from '../base/errors.ts';
import { nftFamily } from '../netlink/nft-element.ts';
import { decodeNftRule, encodeListRules, type NftRuleRecord } from '../netlink/nft-rule.ts';
import { netlinkProtocol } from './netlink-socket.ts';
import type { NftTableName } from './nft-elements.ts';
import { ownNetlink } from './own-netlink.ts';

/** What rules have counted since they were made. */
export interface ChainCounters {
  readonly packets: number;
  readonly bytes: number;
}

/**
 * Counters by chain, of the network namespace this thread is in: those of the first rule of a chain that counts. A
 * millisecond or two for a thousand rules. Empty when there is no such table.
 *
 * @param chain only this one
 * @throws WeftError NETLINK_<ERRNO>
 */
export function readChainCounters(table: NftTableName, chain?: string): ReadonlyMap<string, ChainCounters> {
  const counters = new Map<string, ChainCounters>();
  for (const rule of listNftRules(table, chain)) {
    if (rule.counter !== undefined && !counters.has(rule.chain)) counters.set(rule.chain, rule.counter);
  }
  return counters;
}

/** Stands for what a rule says, counts aside: equal for equal rules of one kernel. */
export function ruleAccount({ expressions }: NftRuleRecord): string {
  const hash = createHash('sha1');
  for (const expression of expressions) hash.update(expression);
  return hash.digest('base64');
}

/**
 * The rules of a table or of one of its chains, in order; empty when there is no such table or chain.
 *
 * @throws WeftError NETLINK_<ERRNO>
 */
export function listNftRules(table: NftTableName, chain?: string): readonly NftRuleRecord[] {
  const message = encodeListRules(nftFamily[table.family], table.name, chain);
  const of = `${table.family} ${table.name}${chain === undefined ? '' : ` ${chain}`}`;
  try {
    const objects = ownNetlink(netlinkProtocol.netfilter).dump(message, `list nftables rules of "${of}"`);
    return objects.map(({ body }) => decodeNftRule(body));
  } catch (error) {
    if (hasCode(error, 'NETLINK_ENOENT')) return [];
    throw error;
  }
}
