/** Exponential back-off with full jitter. All times in milliseconds. */
export interface Backoff {
  readonly firstMs: number;
  readonly maxMs: number;
}

/**
 * The pause before attempt `attempt` (0 = the first retry): uniform in [half, whole] of `firstMs * 2^attempt`, capped.
 * The lower half stays so that a retry is never immediate.
 *
 * @param random in [0, 1)
 */
export function backoffMs(backoff: Backoff, attempt: number, random: number): number {
  const whole = Math.min(backoff.maxMs, backoff.firstMs * 2 ** Math.min(attempt, 30));
  return whole / 2 + (whole / 2) * random;
}
