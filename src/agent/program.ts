import { hostname } from 'node:os';
import { errorText, hasCode } from '../base/errors.ts';
import { createLogger } from '../base/log.ts';
import { connectCluster } from '../datastore/connect-cluster.ts';
import { systemClock } from '../datastore/system-clock.ts';
import { Agent } from './agent.ts';
import { readOptions, usage } from './options.ts';

/**
 * `weft agent`: runs until SIGTERM or SIGINT. JSON lines on stderr. A second signal ends it at once.
 *
 * @returns exit status: 0 after an orderly end, 1 when it could not start, 2 for wrong usage
 */
export async function run(argv: readonly string[]): Promise<number> {
  if (argv.includes('--help') || argv.includes('-h')) {
    process.stdout.write(`${usage}\n`);
    return 0;
  }
  try {
    const options = readOptions(argv, process.env, hostname());
    const log = createLogger((line) => process.stderr.write(`${line}\n`), Date.now, options.logLevel, {
      node: options.nodeName,
    });
    const cluster = await connectCluster(options.kubeconfig === undefined ? {} : { kubeconfig: options.kubeconfig });
    const agent = new Agent({ options, cluster, clock: systemClock, random: Math.random, log });
    const { promise: asked, resolve } = Promise.withResolvers<NodeJS.Signals>();
    for (const signal of ['SIGTERM', 'SIGINT'] as const) {
      process.once(signal, () => {
        process.once(signal, () => process.exit(1));
        resolve(signal);
      });
    }
    await agent.start(new AbortController().signal);
    log.info('agent stopping', { signal: await asked });
    await agent.stop();
    cluster.close();
    return 0;
  } catch (error) {
    process.stderr.write(`${errorText(error)}\n`);
    return hasCode(error, 'AGENT_USAGE') ? 2 : 1;
  }
}
