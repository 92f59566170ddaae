import { formatPolicyId } from '../policy-id.ts';
import type { RuleReference, Verdict } from '../verdict.ts';

/** A verdict in one line: `allowed by np/default/web ingress 0, logged by gnp/all ingress 1`. For tables of tests. */
export function formatVerdict({ allowed, reason, logged }: Verdict): string {
  const logs = logged.map((rule) => `, logged by ${formatRule(rule)}`);
  return `${allowed ? 'allowed' : 'denied'} by ${formatReason(reason)}${logs.join('')}`;
}

function formatReason(reason: Verdict['reason']): string {
  switch (reason.kind) {
    case 'rule':
      return formatRule(reason.rule);
    case 'tier-end':
      return `end of ${reason.tier} (${reason.policies.map(formatPolicyId).join(', ')})`;
    case 'profile':
      return reason.profile;
    default:
      return reason.kind;
  }
}

function formatRule({ policy, direction, index }: RuleReference): string {
  return `${formatPolicyId(policy)} ${direction} ${index}`;
}
