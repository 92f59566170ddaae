import { formatPolicyId, type PolicyId } from '../../policy/policy-id.ts';
import type { RuleReference } from '../../policy/verdict.ts';
import { endpointText } from '../../trace/end-name.ts';
import type { ExplainedCheckpoint, ExplainedRule } from '../../trace/explain.ts';
import { policyName } from '../../trace/policy-name.ts';
import type { WalkStep } from '../../trace/policy-walk.ts';

/** Finds what the resource of a rule says there. */
export type QuoteRule = (rule: RuleReference) => ExplainedRule;

/** More policies than this without a rule that matches are only counted. */
const namedPolicies = 5;

/** `Ingress of pod default/nginx, on node2: denied`. */
export function checkpointHeading({ endpoint, node, direction, phase, verdict }: ExplainedCheckpoint): string {
  const when = {
    normal: '',
    forward: ', for what it forwards',
    untracked: ', before connection tracking',
    'pre-dnat': ', before destination NAT',
  }[phase];
  const what = direction === 'ingress' ? 'Ingress to' : 'Egress from';
  const answer = verdict.allowed ? (verdict.reason.kind === 'no-policy' ? 'not decided' : 'allowed') : 'denied';
  return `${what} ${endpointText(endpoint)} on ${node}${when}: ${answer}`;
}

/** The walk through the tiers, in lines. */
export function checkpointLines(checkpoint: ExplainedCheckpoint, quote: QuoteRule): readonly string[] {
  const { steps, logged } = checkpoint;
  const tiers = steps.filter((step) => step.kind === 'tier');
  const lines = steps.flatMap((step) => stepLines(step, checkpoint, tiers.length, quote));
  return [...lines, ...logged.map((rule) => `Logged by rule ${ruleName(rule)}${quoted(rule)}`)];
}

function stepLines(
  step: WalkStep,
  checkpoint: ExplainedCheckpoint,
  tiers: number,
  quote: QuoteRule,
): readonly string[] {
  const { endpoint, direction } = checkpoint;
  const none = tiers === 0 ? `No policy with ${direction} rules is for it; ` : '';
  switch (step.kind) {
    case 'tier':
      return tierLines(step, checkpoint, quote);
    case 'failsafe':
      return ['A failsafe port: no policy can close it'];
    case 'profile':
      return [sentence(`${none}profile ${step.profile} allows everything`)];
    default:
      return [
        endpoint.kind === 'host'
          ? sentence(`${none}a host endpoint whose profiles do not allow everything drops what no policy allows`)
          : `Nothing is known of its namespace: a pod that no profile allows is cut off`,
      ];
  }
}

function sentence(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

type TierStep = Extract<WalkStep, { kind: 'tier' }>;

function tierLines(step: TierStep, { rule }: ExplainedCheckpoint, quote: QuoteRule): readonly string[] {
  const heading = `Tier ${step.tier}`;
  if (step.rule === undefined) {
    const end =
      step.outcome === 'end-deny'
        ? 'End of the tier: no rule matched, and its policies isolate the endpoint: denied'
        : 'End of the tier: no rule matched, on to the next tier (defaultAction Pass)';
    return [heading, ...indent([...silent(step.policies), end])];
  }
  const decider = step.outcome === 'rule' && rule !== undefined ? rule : quote(step.rule);
  const place = step.policies.map(formatPolicyId).indexOf(formatPolicyId(step.rule.policy));
  const verb = step.outcome === 'rule' ? 'decides' : 'leaves the tier';
  return [
    heading,
    ...indent([
      ...silent(step.policies.slice(0, Math.max(0, place))),
      policyName(step.rule.policy),
      ...indent([`rule ${step.rule.direction}[${step.rule.index}] ${verb}${quoted(decider)}`]),
    ]),
  ];
}

/** Policies none of whose rules match. */
function silent(policies: readonly PolicyId[]): readonly string[] {
  if (policies.length <= namedPolicies) return policies.map((id) => `${policyName(id)}: no rule matches`);
  const first = policies.slice(0, namedPolicies - 1).map((id) => `${policyName(id)}: no rule matches`);
  return [...first, `${policies.length - first.length} more policies: no rule matches`];
}

function ruleName({ policy, direction, index }: ExplainedRule): string {
  return `${direction}[${index}] of ${policyName(policy)}`;
}

function quoted({ quoted: quotation, name }: ExplainedRule): string {
  const called = name === undefined || quotation?.text.includes(`"${name}"`) === true ? '' : ` ("${name}")`;
  return quotation === undefined ? called : `${called}: ${quotation.text}`;
}

function indent(lines: readonly string[]): readonly string[] {
  return lines.map((line) => `  ${line}`);
}
