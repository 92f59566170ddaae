import { elementsOf } from '../../nft/elements.ts';
import type { Chain, MapElement, NftMap, Rule } from '../../nft/model.ts';
import { ruleMapNames } from '../../render/rule-chains.ts';

/** A chain that a packet may come to, with what its rules look up already found. */
export interface WalkedChain {
  readonly name: string;
  readonly comment?: string;
  readonly rules: readonly WalkedRule[];
}

/** A rule of it. */
export interface WalkedRule {
  /** In nft's language, without counter and comment. */
  readonly text: string;
  readonly comment: string;
  /** What a map has for this endpoint: only the part that this rule looks in. */
  readonly elements: readonly MapElement[];
}

/** The chains and maps of a policy table. */
export interface PolicyTableParts {
  readonly chains: readonly Chain[];
  readonly maps: readonly NftMap[];
}

/**
 * The chains that a packet may walk through from a chain on, in the order in which it comes to them, each once.
 *
 * @param device what a dispatch by interface finds
 */
export function walkChains({ chains, maps }: PolicyTableParts, start: string, device: string): readonly WalkedChain[] {
  const byName = new Map(chains.map((chain) => [chain.name, chain]));
  const elements = elementFinder(byName, maps, device);
  const walked = new Map<string, WalkedChain>();
  const visit = (name: string): void => {
    const chain = byName.get(name);
    if (chain === undefined || walked.has(name)) return;
    const rules = chain.rules.map((rule) => ({
      text: textOf(rule),
      comment: rule.comment,
      elements: elements(rule),
    }));
    walked.set(name, { name, ...(chain.comment === undefined ? {} : { comment: chain.comment }), rules });
    for (const { text, elements: found } of rules) {
      for (const target of [text, ...found.map(({ value }) => value)]) {
        const next = targetOf(target);
        if (next !== undefined) visit(next);
      }
    }
  };
  visit(start);
  return [...walked.values()];
}

function textOf({ match, action }: Rule): string {
  return [match, action].filter((part) => part !== '').join(' ') || 'counts';
}

function targetOf(text: string): string | undefined {
  return /\b(?:goto|jump) (\S+)/.exec(text)?.[1];
}

/**
 * What a rule finds for this endpoint: its device in a dispatch; or, where it puts the number of a fold into the packet's
 * priority and jumps to the lookups, all that is kept under this number, with the chains that the numbers of rules mean.
 */
function elementFinder(
  chains: ReadonlyMap<string, Chain>,
  maps: readonly NftMap[],
  device: string,
): (rule: Rule) => readonly MapElement[] {
  const byName = new Map(maps.map((map) => [map.name, map]));
  const chainOfRule = new Map<string, string>();
  for (const name of Object.values(ruleMapNames)) {
    const map = byName.get(name);
    for (const { key, value } of map === undefined ? [] : elementsOf(map)) chainOfRule.set(key[0] ?? '', value);
  }
  const kept = (name: string, first: string): readonly MapElement[] => {
    const map = byName.get(name);
    return map === undefined ? [] : [...elementsOf(map)].filter(({ key }) => key[0] === first);
  };
  return ({ action }) => {
    const [, dispatch = ''] = /\b[io]ifname vmap @(\S+)/.exec(action) ?? [];
    if (dispatch !== '') return kept(dispatch, device);
    const [, fold, finder = ''] = /^meta priority set ([0-9a-f]+:[0-9a-f]+) jump (\S+)/.exec(action) ?? [];
    if (fold === undefined) return [];
    const lookups = (chains.get(finder)?.rules ?? []).flatMap((rule) => / map @(\S+)/.exec(rule.action)?.[1] ?? []);
    return lookups
      .flatMap((name) => kept(name, fold))
      .map((element) => ({ ...element, value: chainOfRule.get(element.value) ?? element.value }));
  };
}
