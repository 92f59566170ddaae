/** One row of a benchmark: our figure beside a peer's, measured in the same run. */
export interface Figure {
  readonly name: string;
  /** What both numbers count: `us`, `ms`, `pods/s`. */
  readonly unit: string;
  /** One number per round, round by round beside `peer`. */
  readonly ours: readonly number[];
  readonly peer: readonly number[];
  /** Bound on ours / peer; absent: reported only. */
  readonly goal?: { readonly atMost: number } | { readonly atLeast: number };
}

/** The middle value; of an even count the mean of the two in the middle. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  const upper = sorted[Math.floor(middle)] ?? Number.NaN;
  return Number.isInteger(middle) ? ((sorted[middle - 1] ?? Number.NaN) + upper) / 2 : upper;
}

/** Prints the row and says whether the goal was met. The ratio is the median of the rounds' own ratios. */
export function printFigure({ name, unit, ours, peer, goal }: Figure): boolean {
  const ratio = median(ours.map((value, round) => value / (peer[round] ?? Number.NaN)));
  const met = goal === undefined || ('atMost' in goal ? ratio <= goal.atMost : ratio >= goal.atLeast);
  const bound = goal === undefined ? 'reported' : 'atMost' in goal ? `<= ${goal.atMost}` : `>= ${goal.atLeast}`;
  const columns = [
    name.padEnd(58),
    `ours ${format(median(ours))} ${unit}`.padEnd(22),
    `peer ${format(median(peer))} ${unit}`.padEnd(22),
    `ratio ${ratio.toFixed(2)}`.padEnd(12),
    `goal ${bound}`.padEnd(14),
    goal === undefined ? '' : met ? 'ok' : 'MISSED',
  ];
  console.log(columns.join(' ').trimEnd());
  if (!met) process.exitCode = 1;
  return met;
}

/** For a bound on an absolute time, where the peer is a promise and not a program. */
export function printBound(name: string, unit: string, values: readonly number[], atMost: number): boolean {
  const met = median(values) <= atMost;
  console.log(
    `${name.padEnd(58)} ours ${format(median(values))} ${unit}, bound ${atMost} ${unit}  ${met ? 'ok' : 'MISSED'}`,
  );
  if (!met) process.exitCode = 1;
  return met;
}

/** As {@link printBound}, for a promise that every single value has to keep. */
export function printWorst(name: string, unit: string, values: readonly number[], atMost: number): boolean {
  const worst = Math.max(...values);
  const met = values.length > 0 && worst <= atMost;
  console.log(
    `${name.padEnd(58)} ours median ${format(median(values))} worst ${format(worst)} ${unit} of ${values.length}, bound ${atMost} ${unit}  ${met ? 'ok' : 'MISSED'}`,
  );
  if (!met) process.exitCode = 1;
  return met;
}

/** A number that is reported without a promise. */
export function printNote(name: string, unit: string, values: readonly number[]): void {
  const worst = Math.max(...values);
  console.log(`${name.padEnd(58)} median ${format(median(values))} worst ${format(worst)} ${unit} of ${values.length}`);
}

function format(value: number): string {
  return value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2);
}
