import { parseTime } from './parse-time.ts';

/**
 * Seconds between a time that BIRD gives for a protocol (`12:17:43`, `12:17:43.641`, `2026-01-31`, `2026-01-31 12:17:43`)
 * and its own time now. A time of day is the last one of that kind. `undefined` for what is no time.
 *
 * @param serverTime `2026-01-31 12:17:43.641`
 */
export function secondsSince(since: string, serverTime: string): number | undefined {
  const [then, now] = [parseTime(since), parseTime(serverTime)];
  if (then === undefined || now?.date === undefined || now.time === undefined) return undefined;
  const { date, time = 0 } = then;
  if (date !== undefined) return Math.max(0, Math.floor(now.date + now.time - date - time));
  const withinDay = (Math.floor(now.time - time) + daySeconds) % daySeconds;
  return withinDay > longestSeconds ? 0 : withinDay;
}

const daySeconds = 86_400;
/** BIRD writes a time of day for 20 hours, then a date: what seems older has happened since BIRD was asked for the time. */
const longestSeconds = 79_200;
