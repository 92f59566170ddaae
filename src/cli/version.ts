import { clusterInformations } from '../api/kinds.ts';
import { errorText } from '../base/errors.ts';
import { clientVersion } from './client-version.ts';
import { type CommandInput, flag } from './command.ts';

/** `weft version`: this program, and what the cluster says of itself. A cluster that cannot be asked is no failure of the first. */
export async function run({ options, io, connect }: CommandInput): Promise<number> {
  const client = { clientVersion, nodeVersion: process.version };
  if (flag(options, 'client')) {
    io.out(flag(options, 'json') ? `${JSON.stringify(client)}\n` : `Client Version:    ${clientVersion}\n`);
    return 0;
  }
  let cluster: { clusterVersion?: string; clusterType?: string } = {};
  let problem: string | undefined;
  try {
    const information = await (await connect()).get(clusterInformations, 'default');
    cluster = {
      clusterVersion: information?.spec.calicoVersion ?? '',
      clusterType: information?.spec.clusterType ?? '',
    };
  } catch (error) {
    problem = `Unable to retrieve Cluster Version or Type: ${errorText(error)}`;
  }
  if (flag(options, 'json')) io.out(`${JSON.stringify({ ...client, ...cluster })}\n`);
  else {
    io.out(`Client Version:    ${clientVersion}\n`);
    if (problem === undefined) {
      io.out(`Cluster Version:   ${cluster.clusterVersion || 'unknown'}\n`);
      io.out(`Cluster Type:      ${cluster.clusterType || 'unknown'}\n`);
    }
  }
  if (problem === undefined) return 0;
  io.err(`${problem}\n`);
  return 1;
}
