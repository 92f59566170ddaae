import { errorText } from '../base/errors.ts';
import { createLogger, type Logger } from '../base/log.ts';
import { connectCluster } from '../datastore/connect-cluster.ts';
import { systemClock } from '../datastore/system-clock.ts';
import { Controllers } from './controllers.ts';
import { type ControllersFlags, readFlags, usage } from './options.ts';

/** `weft controllers`: runs until SIGTERM or SIGINT. Exit status 0, 1 for an error, 2 for wrong usage. */
export async function run(argv: readonly string[]): Promise<number> {
  let flags: ControllersFlags | undefined;
  try {
    flags = readFlags(argv);
  } catch (error) {
    process.stderr.write(`${errorText(error)}\n\n${usage}`);
    return 2;
  }
  if (flags === undefined) {
    process.stdout.write(usage);
    return 0;
  }
  const logger = createLogger((line) => process.stderr.write(`${line}\n`), Date.now, flags.logLevel);
  try {
    await runUntilSignal(flags, logger);
    return 0;
  } catch (error) {
    logger.fatal('Cannot run the controllers', { error: errorText(error) });
    return 1;
  }
}

async function runUntilSignal(flags: ControllersFlags, logger: Logger): Promise<void> {
  const { kubeconfig, context, lab, leakGraceMs } = flags;
  const cluster = await connectCluster({
    ...(kubeconfig !== undefined && { kubeconfig }),
    ...(context !== undefined && { context }),
  });
  const stopping = new AbortController();
  const stop = () => stopping.abort();
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
  const surroundings = { clock: systemClock, random: Math.random, logger };
  const controllers = new Controllers(cluster, { leakGraceMs, lab }, surroundings);
  try {
    await controllers.start(stopping.signal);
    logger.info('Controllers are running', { lab, leakGraceSeconds: leakGraceMs / 1000 });
    await new Promise<void>((resolve) => stopping.signal.addEventListener('abort', () => resolve(), { once: true }));
  } catch (error) {
    if (!stopping.signal.aborted) throw error;
  } finally {
    await controllers.stop();
  }
  logger.info('Controllers have stopped');
}
