/** Times of two ways of doing one thing, round by round. */
export interface PairedTimes {
  readonly ours: readonly number[];
  readonly peer: readonly number[];
}

/**
 * Times two ways of doing one thing, in turns: what else the machine does then disturbs both alike, and their ratio less
 * than either time. Each function does its own set-up and returns what counts.
 */
export async function pairedRounds(
  rounds: number,
  ours: () => number | Promise<number>,
  peer: () => number | Promise<number>,
): Promise<PairedTimes> {
  // One round for nothing: code is compiled and caches are filled.
  await ours();
  await peer();
  const mine: number[] = [];
  const theirs: number[] = [];
  for (let round = 0; round < rounds; round++) {
    mine.push(await ours());
    theirs.push(await peer());
  }
  return { ours: mine, peer: theirs };
}

/** Milliseconds that a synchronous function takes. */
export function timeSync(run: () => void): number {
  const start = performance.now();
  run();
  return performance.now() - start;
}
