import { nodes } from '../../api/kinds.ts';
import { WeftError } from '../../base/errors.ts';
import type { CommandInput } from '../command.ts';
import { formatObject } from '../print-objects.ts';
import { askNodes } from './ask-nodes.ts';
import { formatReports } from './format-reports.ts';

/** Which nodes are asked, and how the answers are shown. */
export interface ClusterStatusOptions {
  /** Names of nodes; absent = all. */
  readonly names?: readonly string[];
  /** How long their agents may take. */
  readonly limitMs: number;
  /** Absent: a table. */
  readonly format?: 'json' | 'yaml';
}

/**
 * `weft node status --all` and `--node`: the BGP sessions of nodes as their agents know them, asked through the API, so
 * from anywhere.
 *
 * @returns the exit status: 1 when a node did not answer
 * @throws WeftError CLI_FAILED when a node does not exist
 */
export async function showClusterStatus(
  { io, connect }: Pick<CommandInput, 'io' | 'connect'>,
  { names, limitMs, format }: ClusterStatusOptions,
): Promise<number> {
  const cluster = await connect();
  const { items } = await cluster.list(nodes);
  const known = items.toSorted((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1));
  const missing = names?.find((name) => !known.some(({ metadata }) => metadata.name === name));
  if (missing !== undefined) {
    const there = known.map(({ metadata }) => metadata.name).join(', ');
    throw new WeftError('CLI_FAILED', `Cannot ask node "${missing}": it does not exist, one of ${there} needed`);
  }
  const asked = known.filter(({ metadata }) => names?.includes(metadata.name) ?? true);
  const reports = await askNodes(cluster, asked, limitMs);
  if (format !== undefined) io.out(await formatObject({ nodes: reports }, format));
  else if (reports.length === 0) io.err('The cluster has no nodes\n');
  else io.out(formatReports(reports));
  const silent = reports.filter(({ problem }) => problem !== undefined);
  for (const { node, problem } of silent) io.err(`Cannot ask node "${node}": ${problem}\n`);
  return silent.length === 0 ? 0 : 1;
}
