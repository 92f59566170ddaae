import { parseTime } from './parse-time.ts';

/** BIRD reckons a time from two clocks whenever it is asked: the last digits may be others. Nothing here is that quick. */
const jitterSeconds = 0.5;

/**
 * Whether BIRD means the same moment by two texts for one thing, the second one read later: `12:17:43.641` and, after most
 * of a day, `2026-01-31` in `show protocols`; `2026-01-31 12:17:43.641` in `show status`.
 */
export function isSameSince(before: string, later: string): boolean {
  const [first, second] = [parseTime(before), parseTime(later)];
  if (first?.time !== undefined && second?.time !== undefined) {
    return Math.abs((first.date ?? 0) + first.time - (second.date ?? 0) - second.time) < jitterSeconds;
  }
  // What was a time of day becomes a date when it is long ago; never the other way round.
  return before === later || (first?.time !== undefined && second?.date !== undefined);
}
