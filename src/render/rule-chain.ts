import type { Chain } from '../nft/model.ts';
import { formatPolicyId } from '../policy/policy-id.ts';
import type { RuleIdentity, Walk } from '../policy/policy-state.ts';
import { chainNames } from './chain-names.ts';
import { type DropSettings, dropRules, logRule } from './drop-rules.ts';
import { fitComment } from './fit-comment.ts';
import { earlyAllow, found, special } from './policy-key.ts';

/**
 * The chain where every packet comes to that a rule matches: it counts, and does what the rule says. Allowed is a return
 * to the base chain, where the other end of the packet's way is asked; passed a return to the tier, which goes on to the
 * next. There is one for each rule, however many endpoints it is for.
 */
export function renderRuleChain(rule: RuleIdentity, phase: Walk['phase'], settings: DropSettings): Chain {
  const { action, direction, policy, index } = rule;
  const name = chainNames.rule(rule);
  const why = fitComment(describeRule(rule));
  switch (action) {
    case 'Deny': {
      const reason = { kind: 'rule', action, direction, policy, index } as const;
      const denyAction = beforeRouting(phase) ? 'drop' : settings.denyAction;
      return { name, rules: dropRules(reason, why, { ...settings, denyAction }) };
    }
    case 'Log': {
      const reason = { kind: 'rule', action, direction, policy, index } as const;
      return { name, rules: [{ match: '', action: '', comment: why }, logRule(reason, settings)] };
    }
    case 'Allow':
      return { name, rules: [{ match: '', action: allowAction(phase), comment: why }] };
    case 'Pass':
      return { name, rules: [{ match: '', action: `${found.set(special.passed)} return`, comment: why }] };
  }
}

/** `Allow: ingress rule 0 of np/default/allow-tcp-80, tier default`. */
export function describeRule({ action, direction, policy, index, name, tier }: RuleIdentity): string {
  const called = name === undefined || name === '' ? '' : ` "${name}"`;
  return `${action}: ${direction} rule ${index}${called} of ${formatPolicyId(policy)}, tier ${tier}`;
}

function beforeRouting(phase: Walk['phase']): boolean {
  return phase === 'untracked' || phase === 'pre-dnat';
}

function allowAction(phase: Walk['phase']): string {
  if (phase === 'untracked') return `${found.reset} ${earlyAllow.set} notrack accept`;
  return phase === 'pre-dnat' ? `${found.reset} ${earlyAllow.set} accept` : `${found.reset} return`;
}
