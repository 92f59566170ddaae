import { hasCode } from '../base/errors.ts';
import { decodeElements, type NftElement, nftFamily } from '../netlink/nft-element.ts';
import {
  decodeNftChain,
  decodeNftSet,
  decodeTableFlags,
  encodeGetTable,
  encodeListChains,
  encodeListElements,
  encodeListSets,
  type NftChainRecord,
  type NftSetRecord,
  nftSetFlag,
} from '../netlink/nft-object.ts';
import type { NftRuleRecord } from '../netlink/nft-rule.ts';
import type { ListedChain, ListedRule, ListedSet, ListedTable } from '../nft/listed-table.ts';
import type { BaseHook, DataType } from '../nft/model.ts';
import { hashOfComment } from '../nft/rule-hash.ts';
import { type NetlinkSocket, netlinkProtocol } from './netlink-socket.ts';
import { listNftRules, ruleAccount } from './nft-counters.ts';
import { elementsToText } from './nft-element-text.ts';
import type { NftTableName } from './nft-elements.ts';
import { ownNetlink } from './own-netlink.ts';

/** nft's numbers of the types that we write. @see include/datatype.h of nftables */
const typeNames: Readonly<Record<number, DataType>> = {
  7: 'ipv4_addr',
  8: 'ipv6_addr',
  9: 'ether_addr',
  12: 'inet_proto',
  13: 'inet_service',
  19: 'mark',
  23: 'classid',
  41: 'ifname',
};
const hooks = ['prerouting', 'input', 'forward', 'output', 'postrouting'] as const;
const flagNames = ['constant', 'interval', 'timeout', 'dynamic'] as const;

/**
 * A table with all that is in it, of the network namespace this thread is in; `undefined` when there is no such table.
 * Takes a second for half a million elements.
 *
 * Not one picture: what changes while it is read may be there or not. Whoever needs one compares the ruleset's generation.
 *
 * @throws WeftError NETLINK_<ERRNO>
 */
export function listNftTable(table: NftTableName): ListedTable | undefined {
  const nl = ownNetlink(netlinkProtocol.netfilter);
  const family = nftFamily[table.family];
  const flags = tableFlags(nl, table);
  if (flags === undefined) return undefined;
  const rules = Map.groupBy(listNftRules(table), ({ chain }) => chain);
  const chains = nl
    .dump(encodeListChains(family), 'list nftables chains')
    .map(({ body }) => decodeNftChain(body))
    .filter((chain) => chain.table === table.name)
    .map((chain) => listedChain(chain, rules.get(chain.name) ?? []));
  const sets = nl
    .dump(encodeListSets(family, table.name), 'list nftables sets')
    .map(({ body }) => decodeNftSet(body))
    // What a rule brings with it belongs to the rule.
    .filter((set) => (set.flags & nftSetFlag.anonymous) === 0)
    .map((set) => listedSet(set, readElements(nl, table, set.name)));
  return { family: table.family, name: table.name, flagged: flags !== 0, sets, chains };
}

function tableFlags(nl: NetlinkSocket, table: NftTableName): number | undefined {
  try {
    const [reply] = nl.request(encodeGetTable(nftFamily[table.family], table.name), `read table "${table.name}"`);
    return reply === undefined ? undefined : decodeTableFlags(reply.body);
  } catch (error) {
    if (hasCode(error, 'NETLINK_ENOENT')) return undefined;
    throw error;
  }
}

function readElements(nl: NetlinkSocket, table: NftTableName, set: string): readonly NftElement[] {
  const message = encodeListElements(nftFamily[table.family], table.name, set);
  try {
    return nl.dump(message, `list elements of "${set}"`).flatMap(({ body }) => decodeElements(body).elements);
  } catch (error) {
    // Gone since the sets were listed.
    if (hasCode(error, 'NETLINK_ENOENT')) return [];
    throw error;
  }
}

function listedChain({ hook, name }: NftChainRecord, rules: readonly NftRuleRecord[]): ListedChain {
  const listed = { name, rules: rules.map(listedRule) };
  if (hook === undefined) return listed;
  const { number, policy, priority, type } = hook;
  return { ...listed, hook: { type, hook: hooks[number] ?? `${number}`, priority, policy } as BaseHook };
}

function listedRule(rule: NftRuleRecord): ListedRule {
  const { comment, counter, handle } = rule;
  const hash = hashOfComment(comment);
  const { bytes, packets } = counter ?? { bytes: 0, packets: 0 };
  return { handle, comment, packets, bytes, account: ruleAccount(rule), ...(hash === undefined ? {} : { hash }) };
}

function listedSet({ flags, keyTypes, name, valueTypes }: NftSetRecord, elements: readonly NftElement[]): ListedSet {
  const value = valueTypes === 'verdict' ? ['verdict'] : valueTypes?.map(typeName);
  const shape = {
    key: keyTypes.map(typeName),
    ...(value === undefined ? {} : { value }),
    flags: flagNames.filter((flag) => (flags & nftSetFlag[flag]) !== 0),
  };
  return { name, ...shape, elements: elementsToText(shape, elements) };
}

/** A type that we never write keeps its number: it only has to differ from ours. */
function typeName(type: number): string {
  return typeNames[type] ?? `type ${type}`;
}
