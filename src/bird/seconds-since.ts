/**
 * Seconds between a time that BIRD gives for a protocol (`12:17:43`, `12:17:43.641`, `2026-01-31`, `2026-01-31 12:17:43`)
 * and its own time now; both are in BIRD's time zone. A time of day is the last one of that kind. `undefined` for what is
 * no time.
 *
 * @param serverTime `2026-01-31 12:17:43.641`
 * @see BIRD User's Guide, "timeformat"
 */
export function secondsSince(since: string, serverTime: string): number | undefined {
  const now = parseTime(serverTime);
  const isTimeOfDay = /^\d{1,2}:/.test(since);
  const then = parseTime(isTimeOfDay ? `${serverTime.slice(0, 10)} ${since}` : since);
  if (now === undefined || then === undefined) return undefined;
  const seconds = Math.floor((now - then) / 1000);
  if (!isTimeOfDay) return Math.max(0, seconds);
  const withinDay = (seconds + daySeconds) % daySeconds;
  return withinDay > longestSeconds ? 0 : withinDay;
}

const daySeconds = 86_400;
/** BIRD writes a time of day for 20 hours, then a date: what seems older has happened since BIRD was asked for the time. */
const longestSeconds = 79_200;

/** Milliseconds on a scale of its own. */
function parseTime(text: string): number | undefined {
  const match = /^(\d{4})-(\d\d)-(\d\d)(?:[ T](\d{1,2}):(\d\d)(?::(\d\d(?:\.\d+)?))?)?/.exec(text);
  if (match === null) return undefined;
  const [year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0] = match
    .slice(1)
    .map((part) => Number(part ?? 0));
  return Date.UTC(year, month - 1, day, hour, minute) + second * 1000;
}
