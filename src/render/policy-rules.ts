import type { Rule } from '../nft/model.ts';
import type { Direction } from '../policy/direction.ts';
import { chainNames } from './chain-names.ts';
import { found } from './policy-key.ts';
import { ruleMapNames } from './rule-chains.ts';

/**
 * The rules that ask policy: chains that drop, or return what they allow, or return the number of a rule, whose chain
 * then does either.
 *
 * @param dispatch the chain that finds the endpoint's
 */
export function policyRules(dispatch: string, direction: Direction): readonly Rule[] {
  return [
    { match: '', action: `${found.reset} jump ${dispatch}`, comment: 'what does policy say?', uncounted: true },
    { match: found.none, action: 'return', comment: 'allowed', uncounted: true },
    {
      match: '',
      action: found.vmap(ruleMapNames.decide),
      comment: 'the rule that was found by its number',
      uncounted: true,
    },
    { match: '', action: `goto ${chainNames.drop('no-rule', direction)}`, comment: 'no rule has that number' },
  ];
}
