import type { IsolatingTier } from '../policy/oracle/evaluate.ts';
import type { PolicyId } from '../policy/policy-id.ts';
import type { RuleReference, Verdict } from '../policy/verdict.ts';

/** One station of a walk through the tiers. */
export type WalkStep =
  /** A tier whose policies are for the endpoint. */
  | {
      readonly kind: 'tier';
      readonly tier: string;
      readonly policies: readonly PolicyId[];
      /** A rule decided, a rule passed the packet on, or no rule matched and the tier's end says what to do. */
      readonly outcome: 'rule' | 'passed' | 'end-deny' | 'end-pass';
      /** That rule. */
      readonly rule?: RuleReference;
    }
  /** No tier decided. */
  | { readonly kind: 'profile'; readonly profile: string }
  | { readonly kind: 'no-profile' }
  /** A port of a host that policy never closes; no tier was asked. */
  | { readonly kind: 'failsafe' };

/**
 * The walk behind a verdict, station by station, up to what decided.
 *
 * @param tiers the tiers that take part, in order
 * @param passed the Pass rules that matched on the way
 */
export function policyWalk(
  { reason }: Verdict,
  tiers: readonly IsolatingTier[],
  passed: readonly RuleReference[],
): readonly WalkStep[] {
  if (reason.kind === 'failsafe') return [reason];
  const steps: WalkStep[] = [];
  const decided = reason.kind === 'rule' ? reason.rule.tier : reason.kind === 'tier-end' ? reason.tier : undefined;
  for (const { tier, policies } of tiers) {
    const station = { kind: 'tier', tier, policies } as const;
    if (tier === decided) {
      steps.push(
        reason.kind === 'rule'
          ? { ...station, outcome: 'rule', rule: reason.rule }
          : { ...station, outcome: 'end-deny' },
      );
      return steps;
    }
    const rule = passed.find((one) => one.tier === tier);
    steps.push(rule === undefined ? { ...station, outcome: 'end-pass' } : { ...station, outcome: 'passed', rule });
  }
  if (reason.kind === 'profile') steps.push({ kind: 'profile', profile: reason.profile });
  if (reason.kind === 'no-profile') steps.push({ kind: 'no-profile' });
  return steps;
}
