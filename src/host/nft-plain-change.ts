import type { NetlinkMessage } from '../netlink/message.ts';
import {
  encodeDeleteChain,
  encodeFlushChain,
  encodeNewChain,
  encodeNewRule,
  type NftPlainRule,
} from '../netlink/nft-chain.ts';
import { nftFamily } from '../netlink/nft-element.ts';
import type { TablePlan } from '../nft/diff.ts';
import type { Chain, Rule } from '../nft/model.ts';
import { hashedComment } from '../nft/rule-hash.ts';
import { encodeElementChanges, type NftTableName } from './nft-elements.ts';

/**
 * The messages of a change of structure that is plain enough for nfnetlink: rules that come have no match and only lead
 * on, allow or drop; whatever goes. That is a pod that comes or goes, or asks other policies: the kernel does it in the
 * time that the nft program takes to start. `undefined` for all other changes.
 *
 * @throws WeftError HOST_NFT_ELEMENT
 */
export function encodePlainChange(table: NftTableName, plan: TablePlan): readonly NetlinkMessage[] | undefined {
  const { addChains, addSets, elements, removeChains, removeSets, replaceChains } = plan;
  if (addSets.length + removeSets.length > 0) return undefined;
  const filled = [...addChains, ...replaceChains].map((chain) => ({ chain, rules: plainRules(chain) }));
  const nameOf = ({ name }: { readonly name: string }) => ({
    family: nftFamily[table.family],
    table: table.name,
    chain: name,
  });
  const rules: NetlinkMessage[] = [];
  for (const { chain, rules: plain } of filled) {
    if (plain === undefined) return undefined;
    rules.push(...plain.map((rule) => encodeNewRule(nameOf(chain), rule)));
  }
  // In the order in which nft is told it: rules go before what they lead to, and come after it.
  return [
    ...[...replaceChains, ...removeChains].map((chain) => encodeFlushChain(nameOf(chain))),
    ...addChains.map((chain) => encodeNewChain(nameOf(chain), chain.comment)),
    ...encodeElementChanges(table, elements),
    ...rules,
    ...removeChains.map((chain) => encodeDeleteChain(nameOf(chain))),
  ];
}

/** `undefined` when one of them is not plain, or the chain is a base chain. */
function plainRules(chain: Chain): readonly NftPlainRule[] | undefined {
  if (chain.hook !== undefined) return undefined;
  const rules = chain.rules.flatMap((rule) => plainRule(chain.name, rule) ?? []);
  return rules.length === chain.rules.length ? rules : undefined;
}

const plainAction = /^(meta priority set none )?(?:goto (\S+)|(return|drop))$/;

function plainRule(chain: string, rule: Rule): NftPlainRule | undefined {
  const found = plainAction.exec(rule.action);
  if (rule.match !== '' || found === null) return undefined;
  const [, clear, target, end] = found;
  return {
    counter: rule.uncounted !== true,
    clearsPriority: clear !== undefined,
    verdict: target === undefined ? { kind: end === 'drop' ? 'drop' : 'return' } : { kind: 'goto', chain: target },
    comment: hashedComment(chain, rule),
  };
}
