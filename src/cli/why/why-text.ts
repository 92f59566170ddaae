import { endText } from '../../trace/end-name.ts';
import type { ExplainedCheckpoint } from '../../trace/explain.ts';
import { packetText } from '../../trace/packet-text.ts';
import { policyName } from '../../trace/policy-name.ts';
import { checkpointHeading, checkpointLines, type QuoteRule } from './checkpoint-text.ts';
import { disagreementLines } from './disagreement-lines.ts';
import type { WhyReport } from './why-report.ts';

/** A report as people read it: the answer, how it came about, what would change it. */
export function whyText(report: WhyReport, quote: QuoteRule): string {
  const { trace, checkpoints, portNote, remedies, also, live, disagreements } = report;
  const note = portNote === undefined ? '' : ` (${portNote})`;
  const lines = [
    `${trace.allowed ? 'ALLOWED' : 'DENIED'}: ${endText(trace.source)} to ${endText(trace.destination)}, ${packetText(trace.packet)}${note}`,
  ];
  if (also.length > 0) lines.push(`The same holds for ${alsoText(also)}`);
  for (const [index, checkpoint] of checkpoints.entries()) {
    const heading = `${index + 1}. ${checkpointHeading(checkpoint)}`;
    const { source } = checkpoint.packet;
    const seen = source === trace.packet.source ? [] : [`The packet comes from ${source} there: source NAT`];
    lines.push('', heading, ...[...seen, ...checkpointLines(checkpoint, quote)].map((line) => `   ${line}`));
  }
  if (trace.notes.length > 0) lines.push('', ...trace.notes);
  if (checkpoints.length === 0 && trace.notes.length === 0) lines.push('', 'No policy is asked on the way');
  if (trace.allowed && checkpoints.length > 0) lines.push('', repliesText(checkpoints));
  for (const [index, remedy] of remedies.entries()) {
    lines.push('', `${index === 0 ? 'To allow it' : 'and'}: ${remedy.text}`);
    if (remedy.caution !== undefined) lines.push(`Mind that ${remedy.caution}`);
  }
  lines.push(...stagedLines(report));
  if (live.length > 0) lines.push('', 'Live:', ...live.map(({ node, text }) => `   ${node}: ${text}`));
  if (disagreements.length > 0) lines.push('', ...disagreements.flatMap(disagreementLines));
  return `${lines.join('\n')}\n`;
}

function alsoText(names: readonly string[]): string {
  const more = names.length - 8;
  return more <= 0 ? names.join(', ') : `${names.slice(0, 8).join(', ')} and ${more} more`;
}

function repliesText(checkpoints: readonly ExplainedCheckpoint[]): string {
  const untracked = checkpoints.some(({ phase, verdict }) => phase === 'untracked' && verdict.reason.kind === 'rule');
  return untracked
    ? 'Replies are not tracked (doNotTrack): a rule of the other direction has to allow them'
    : 'Replies pass: a connection that was allowed is not asked about again';
}

function stagedLines({ staged }: WhyReport): readonly string[] {
  if (staged === undefined) return [];
  const decider = staged.checkpoints.find(({ verdict }) => verdict.allowed === staged.allowed && isDecision(verdict));
  const reason = decider?.verdict.reason;
  const policies = reason?.kind === 'rule' ? [reason.rule.policy] : reason?.kind === 'tier-end' ? reason.policies : [];
  const by = policies.length === 0 ? '' : `, by ${policies.map(policyName).join(', ')}`;
  return ['', `With the staged policies enforced it would be ${staged.allowed ? 'ALLOWED' : 'DENIED'}${by}`];
}

function isDecision({ reason }: ExplainedCheckpoint['verdict']): boolean {
  return reason.kind === 'rule' || reason.kind === 'tier-end';
}
