import assert from 'node:assert/strict';
import type { FlowFigures } from './flow-probe-figures.ts';

/** Of issue and scenario C1: the longest that a change of the network may be felt. */
export const longestGapMs = 100;

/** What a probe has seen, in one line. */
export function flowText({ longestGapMs: gap, longestLossMs: loss, lost, ...tcp }: FlowFigures): string {
  const ticker = `gap ${gap.toFixed(0)} ms, lost ${lost} (${loss.toFixed(0)} ms)`;
  return `${ticker}, TCP stall ${tcp.tcpLongestStallMs.toFixed(0)} ms, resets ${tcp.tcpResets}`;
}

/**
 * Fails when the pods of a probe have noticed a change.
 *
 * @param idleMs longest gap when nothing is changed: what this machine's own business makes of the ticker
 */
export function assertUnnoticed(figures: FlowFigures, what: string, idleMs: number): void {
  const text = `${what}: ${flowText(figures)}; without a change ${idleMs.toFixed(0)} ms`;
  assert.equal(figures.tcpResets, 0, text);
  assert.ok(figures.tcpBytes > 0, text);
  assert.ok(figures.longestLossMs <= longestGapMs, text);
  assert.ok(figures.longestGapMs <= longestGapMs + idleMs, text);
}
