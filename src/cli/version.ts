import { setTimeout as sleep } from 'node:timers/promises';
import { clusterInformations } from '../api/kinds.ts';
import { errorText } from '../base/errors.ts';
import { clientVersion } from './client-version.ts';
import { type CommandInput, flag, textOption } from './command.ts';
import { readDuration } from './read-duration.ts';
import { refuseArguments } from './refuse-arguments.ts';

/** What a cluster says of itself; `unknown` for what it does not say. */
interface ClusterVersion {
  readonly version: string;
  readonly type: string;
}

/**
 * `weft version`: this program, and what the cluster says of itself. A cluster that cannot be asked is no failure of
 * the first. With `--poll` until it is ended, printing only what has changed.
 */
export async function run(input: CommandInput): Promise<number> {
  const { options, io } = input;
  refuseArguments(input);
  const poll = textOption(options, 'poll');
  const pollMs = poll === undefined ? 0 : readDuration('--poll', poll);
  const json = flag(options, 'json');
  const client = { clientVersion, nodeVersion: process.version };
  if (flag(options, 'client')) {
    io.out(json ? `${JSON.stringify(client)}\n` : `Client Version:    ${clientVersion}\n`);
    return 0;
  }
  if (!json) io.out(`Client Version:    ${clientVersion}\n`);
  let shown: Partial<ClusterVersion> = {};
  for (;;) {
    const cluster = await ask(input);
    if (json) {
      const found = typeof cluster === 'string' ? {} : { clusterVersion: cluster.version, clusterType: cluster.type };
      io.out(`${JSON.stringify({ ...client, ...found })}\n`);
    } else if (typeof cluster !== 'string') {
      if (shown.version !== cluster.version) io.out(`Cluster Version:   ${cluster.version}\n`);
      if (shown.type !== cluster.type) io.out(`Cluster Type:      ${cluster.type}\n`);
    }
    if (typeof cluster === 'string') io.err(`${cluster}\n`);
    if (pollMs === 0) return typeof cluster === 'string' ? 1 : 0;
    shown = typeof cluster === 'string' ? {} : cluster;
    try {
      await sleep(pollMs, undefined, { signal: io.signal });
    } catch {
      return 0;
    }
  }
}

async function ask({ connect }: CommandInput): Promise<ClusterVersion | string> {
  try {
    const information = await (await connect()).get(clusterInformations, 'default');
    const { calicoVersion, clusterType } = information?.spec ?? {};
    return { version: calicoVersion || 'unknown', type: clusterType || 'unknown' };
  } catch (error) {
    return `Unable to retrieve Cluster Version or Type: ${errorText(error)}`;
  }
}
