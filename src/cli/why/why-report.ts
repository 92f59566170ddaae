import type { ConnectionTrace } from '../../trace/connection.ts';
import type { Disagreement } from '../../trace/cross-check.ts';
import type { Remedy } from '../../trace/denial.ts';
import type { ExplainedCheckpoint } from '../../trace/explain.ts';
import type { StagedEffect } from '../../trace/staged-effect.ts';
import type { LiveNote } from './live-note.ts';

/** Everything `why` says about one connection. */
export interface WhyReport {
  readonly trace: ConnectionTrace;
  readonly portNote?: string;
  readonly checkpoints: readonly ExplainedCheckpoint[];
  /** For each checkpoint that denies and can be mended by a policy. */
  readonly remedies: readonly Remedy[];
  /** What staged policies would change. */
  readonly staged?: StagedEffect;
  readonly disagreements: readonly Disagreement[];
  /** What the nodes say, when they were asked. */
  readonly live: readonly LiveNote[];
  /** Other destinations of which the same is true, by name. */
  readonly also: readonly string[];
}
