/** Time as an argument, so that everything that decides can be tested without waiting. */
export interface Clock {
  /** Wall clock, milliseconds since the epoch. Only for stamps that people read, never for ordering. */
  now(): number;
  /** Monotonic clock, milliseconds from an arbitrary start. */
  monotonicMs(): number;
  /** Resolves after `ms`; rejects with the signal's reason when aborted. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}
