import { assertNever } from '../base/errors.ts';
import type { Verdict } from '../policy/verdict.ts';
import { policyName } from './policy-name.ts';

/** What decided, in a few words: `rule ingress[0] of NetworkPolicy default/web`, `the end of tier default (...)`. */
export function deciderText({ reason, direction }: Verdict): string {
  switch (reason.kind) {
    case 'rule': {
      const { index, name, policy } = reason.rule;
      return `rule ${direction}[${index}]${name === undefined ? '' : ` ("${name}")`} of ${policyName(policy)}`;
    }
    case 'tier-end': {
      const [first, ...others] = reason.policies.map(policyName);
      const more = others.length === 0 ? '' : ` and ${others.length} more`;
      return `the end of tier ${reason.tier} (isolated by ${first}${more})`;
    }
    case 'profile':
      return `no ${direction} policy (profile ${reason.profile})`;
    case 'no-profile':
      return `no ${direction} policy, and no profile that allows`;
    case 'failsafe':
      return 'a failsafe port';
    case 'no-policy':
      return `no ${direction} policy`;
    default:
      return assertNever(reason);
  }
}
