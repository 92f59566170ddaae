/** A moment in BIRD's time zone, in seconds. */
export interface BirdTime {
  /** Midnight of that day, since the epoch; absent for a time of day. */
  readonly date?: number;
  /** Since midnight; absent for a date alone. */
  readonly time?: number;
}

/**
 * Reads a time as BIRD prints it: `12:17:43`, `12:17:43.641`, `2026-01-31`, `2026-01-31 12:17:43`. `undefined` for what
 * is no time.
 *
 * @see BIRD User's Guide, "timeformat"
 */
export function parseTime(text: string): BirdTime | undefined {
  const match = /^(\d{4}-\d\d-\d\d)?(?:(?:^| )(\d\d):(\d\d):(\d\d(?:\.\d+)?))?$/.exec(text);
  if (match === null || text === '') return undefined;
  const [, date, hour, minute, second] = match;
  return {
    ...(date === undefined ? {} : { date: Date.parse(`${date}T00:00:00Z`) / 1000 }),
    ...(hour === undefined ? {} : { time: Number(hour) * 3600 + Number(minute) * 60 + Number(second) }),
  };
}
