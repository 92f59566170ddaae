import type { Chain, MapElement, NftMap } from '../nft/model.ts';
import type { PolicySettings } from '../policy/policy-settings.ts';
import type { PolicyState, RuleIdentity } from '../policy/policy-state.ts';
import { chainNames } from './chain-names.ts';
import { classid } from './policy-key.ts';
import { renderRuleChain } from './rule-chain.ts';
import { ruleNumber } from './rule-number.ts';
import { walkParts } from './walk-parts.ts';

/** Maps from the number of a rule to its chain. */
export const ruleMapNames = { decide: 'rules-that-decide', pass: 'rules-that-pass' } as const;

/** One chain for each rule of each policy, and the maps that lead to them. */
export interface RuleChains {
  readonly chains: readonly Chain[];
  readonly maps: readonly NftMap[];
}

const rendered = new WeakMap<PolicyState['walks'], { readonly version: string; readonly result: RuleChains }>();

/** The rules of all walks, by name: the same value as long as walks and settings are. */
export function renderRuleChains({ walks }: Pick<PolicyState, 'walks'>, settings: PolicySettings): RuleChains {
  const version = versionOf(settings);
  const known = rendered.get(walks);
  if (known?.version === version) return known.result;
  const rules = [...findRules(walks, settings)].sort(([a], [b]) => (a < b ? -1 : 1));
  const result: RuleChains = {
    chains: rules.map(([, { chain }]) => chain),
    maps: [
      ruleMap(ruleMapNames.decide, 'goto', rules, ['Allow', 'Deny']),
      ruleMap(ruleMapNames.pass, 'jump', rules, ['Pass']),
    ],
  };
  rendered.set(walks, { version, result });
  return result;
}

interface RenderedRule {
  readonly rule: RuleIdentity;
  readonly chain: Chain;
}

function versionOf({ denyAction, logPerSecond }: PolicySettings): string {
  return `${denyAction} ${logPerSecond}`;
}

const renderedRules = new WeakMap<RuleIdentity, { readonly version: string; readonly chain: Chain }>();

function findRules(walks: PolicyState['walks'], settings: PolicySettings): ReadonlyMap<string, RenderedRule> {
  const found = new Map<string, RenderedRule>();
  for (const walk of walks.values()) {
    const version = `${walk.phase} ${versionOf(settings)}`;
    for (const rule of walkParts(walk).rules) {
      const known = renderedRules.get(rule);
      const name = known?.chain.name ?? chainNames.rule(rule);
      if (found.has(name)) continue;
      const chain = known?.version === version ? known.chain : renderRuleChain(rule, walk.phase, settings);
      renderedRules.set(rule, { version, chain });
      found.set(name, { rule, chain });
    }
  }
  return found;
}

function ruleMap(
  name: string,
  verdict: 'goto' | 'jump',
  rules: readonly (readonly [string, RenderedRule])[],
  actions: readonly string[],
): NftMap {
  const elements = rules.flatMap(([, { rule, chain }]): MapElement[] =>
    actions.includes(rule.action) ? [{ key: [classid(ruleNumber(rule))], value: `${verdict} ${chain.name}` }] : [],
  );
  return {
    name,
    comment: 'The rule that was found, by its number',
    key: ['classid'],
    value: 'verdict',
    flags: [],
    elements,
  };
}
