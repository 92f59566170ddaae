/**
 * The first sequence number of a new block: microseconds since the epoch, so that a block deleted and made again never
 * repeats a number. (Calico starts at nanoseconds, which do not fit a double exactly.)
 */
export function firstSequence(nowMs: number): number {
  return Math.trunc(nowMs) * 1000;
}

/**
 * The next number: one more. Numbers beyond 2^53, from blocks that Calico wrote, grow by the smallest step that a
 * double can hold, so that the result always differs.
 */
export function nextSequence(sequence: number): number {
  let step = 1;
  while (sequence + step === sequence) step *= 2;
  return sequence + step;
}
