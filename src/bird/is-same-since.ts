/** BIRD reckons a time from two clocks whenever it is asked: the last digits may be others. Nothing here is that quick. */
const jitterSeconds = 0.5;

/**
 * Whether BIRD means the same moment by two texts for one thing, the second one read later: `12:17:43.641` and, after most
 * of a day, `2026-01-31` in `show protocols`; `2026-01-31 12:17:43.641` in `show status`.
 *
 * @see BIRD User's Guide, "timeformat"
 */
export function isSameSince(before: string, later: string): boolean {
  const [first, second] = [seconds(before), seconds(later)];
  if (first !== undefined && second !== undefined) return Math.abs(first - second) < jitterSeconds;
  // What was a time of day becomes a date when it is long ago; never the other way round.
  return before === later || (first !== undefined && later.includes('-'));
}

/** Since midnight, or since the epoch when there is a date with the time; `undefined` for a date alone. */
function seconds(text: string): number | undefined {
  const match = /^(?:(\d{4}-\d\d-\d\d) )?(\d\d):(\d\d):(\d\d(?:\.\d+)?)$/.exec(text);
  if (match === null) return undefined;
  const [, date, hour, minute, second] = match;
  const midnight = date === undefined ? 0 : Date.parse(`${date}T00:00:00Z`) / 1000;
  return midnight + Number(hour) * 3600 + Number(minute) * 60 + Number(second);
}
