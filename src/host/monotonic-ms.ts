/** Milliseconds of the machine's monotonic clock: the same for every process, untouched by whoever sets the time. @see clock_gettime(2) CLOCK_MONOTONIC */
export function monotonicMs(): number {
  return Number(process.hrtime.bigint() / 1_000_000n);
}
