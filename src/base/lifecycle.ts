import { errorText, WeftError } from './errors.ts';

/** Anything that runs until told to stop. `start` resolves when the part is ready; `stop` is idempotent. */
export interface Startable {
  start(signal: AbortSignal): Promise<void>;
  stop(): Promise<void>;
}

/** One step of a teardown: what it is called in an error, and what it does. */
export interface CleanupStep {
  readonly name: string;
  run(): Promise<void> | void;
}

/** Runs all steps, last registered first, even when some fail; then throws one error that names every failure. */
export async function runCleanup(steps: readonly CleanupStep[]): Promise<void> {
  const failures: string[] = [];
  for (const step of steps.toReversed()) {
    try {
      await step.run();
    } catch (error) {
      failures.push(`${step.name}: ${errorText(error)}`);
    }
  }
  if (failures.length > 0) throw new WeftError('BASE_CLEANUP', `Cannot clean up: ${failures.join('; ')}`);
}
