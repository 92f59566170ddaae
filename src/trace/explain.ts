import type { PolicyResources } from '../policy/resources.ts';
import type { RuleReference } from '../policy/verdict.ts';
import type { Checkpoint, ConnectionTrace, TraceContext } from './connection.ts';
import { policyWalk, type WalkStep } from './policy-walk.ts';
import { type QuotedRule, quoteRule } from './quote-rule.ts';

/** A rule, and what its resource says there, unless the resource has it not. */
export interface ExplainedRule extends RuleReference {
  readonly quoted?: QuotedRule;
}

/** A checkpoint with the walk that led to its verdict. */
export interface ExplainedCheckpoint extends Checkpoint {
  readonly steps: readonly WalkStep[];
  /** The rule that decided, if one did. */
  readonly rule?: ExplainedRule;
  /** Rules that only logged the packet. */
  readonly logged: readonly ExplainedRule[];
}

/** Every checkpoint of a connection with its walk. */
export function explainTrace(context: TraceContext, trace: ConnectionTrace): readonly ExplainedCheckpoint[] {
  return trace.checkpoints.map((checkpoint) => {
    const { node, endpoint, direction, phase, packet, verdict } = checkpoint;
    const { oracle } = context.at(node);
    const tiers = oracle.isolating(endpoint, direction, phase);
    const passed = oracle.passed(endpoint, direction, packet, phase);
    const { reason } = verdict;
    return {
      ...checkpoint,
      steps: policyWalk(verdict, tiers, passed),
      ...(reason.kind === 'rule' ? { rule: explainRule(context.resources, reason.rule) } : {}),
      logged: verdict.logged.map((rule) => explainRule(context.resources, rule)),
    };
  });
}

/** A rule with its quotation. */
export function explainRule(resources: PolicyResources, rule: RuleReference): ExplainedRule {
  const quoted = quoteRule(resources, rule);
  return quoted === undefined ? rule : { ...rule, quoted };
}
