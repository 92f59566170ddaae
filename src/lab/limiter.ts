/** Runs at most so many tasks at the same time; the rest wait in order. */
export type Limiter = <T>(task: () => Promise<T>) => Promise<T>;

/** A limiter for `width` tasks. */
export function createLimiter(width: number): Limiter {
  let active = 0;
  const waiting: (() => void)[] = [];
  return async (task) => {
    if (active >= width) await new Promise<void>((resolve) => waiting.push(resolve));
    else active++;
    try {
      return await task();
    } finally {
      // A waiting task takes the slot over, so that nobody can slip in between.
      const next = waiting.shift();
      if (next === undefined) active--;
      else next();
    }
  };
}
