import { findConnection } from '../datastore/find-connection.ts';
import { HttpCluster } from '../datastore/http-cluster.ts';
import type { Timeouts } from '../datastore/http-transport.ts';
import { type CommandIo, type OptionValues, textOption } from './command.ts';
import { readDuration } from './read-duration.ts';

/**
 * The cluster that the options of a command line name. Nothing is sent yet.
 *
 * @throws WeftError as `findConnection`; CLI_USAGE for a timeout that cannot be read
 */
export async function connectWith(
  options: OptionValues,
  io: CommandIo,
  timeouts: Partial<Timeouts> = {},
): Promise<HttpCluster> {
  const connection = await findConnection({
    env: io.env,
    kubeconfig: textOption(options, 'kubeconfig'),
    context: textOption(options, 'context'),
    config: textOption(options, 'config'),
  });
  const limit = textOption(options, 'request-timeout');
  const limitMs = limit === undefined ? undefined : readDuration('--request-timeout', limit);
  const limits = limitMs ? { connectMs: Math.min(limitMs, 5000), answerMs: limitMs } : {};
  const namespace = textOption(options, 'namespace') ?? connection.namespace;
  return new HttpCluster({ ...connection, namespace }, { ...limits, ...timeouts });
}
