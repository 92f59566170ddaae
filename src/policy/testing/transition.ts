import type { PolicyChange } from '../policy-input.ts';

/**
 * What leads from one state of everything to another, in an order and in pieces that only the salt decides: what is not
 * in `after` any more goes.
 */
export function transition(
  before: readonly PolicyChange[],
  after: readonly PolicyChange[],
  salt: number,
): readonly (readonly PolicyChange[])[] {
  const stays = new Set(after.map(({ kind, key }) => `${kind} ${key}`));
  const gone = before
    .filter(({ kind, key }) => !stays.has(`${kind} ${key}`))
    .map(({ kind, key }) => ({ kind, key, value: undefined }));
  const left: PolicyChange[] = [...after, ...gone];
  const next = randomBelow(salt);
  const chunks: PolicyChange[][] = [];
  while (left.length > 0) {
    const size = Math.min(1 + next(4), left.length);
    chunks.push(Array.from({ length: size }, () => left.splice(next(left.length), 1)).flat());
  }
  return chunks;
}

/** Lehmer's generator: the same numbers for the same salt. */
function randomBelow(salt: number): (limit: number) => number {
  let state = (salt % 2_147_483_646) + 1;
  return (limit) => {
    state = (state * 48_271) % 2_147_483_647;
    return state % limit;
  };
}
