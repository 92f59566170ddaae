import { ipamBlocks, ipPools, ipReservations } from '../api/kinds.ts';
import { type CommandInput, flag } from './command.ts';
import { formatUsage, poolUsage } from './ipam-usage.ts';
import { suggestion, usageError } from './usage-error.ts';

/** `weft ipam show` */
export async function run({ args, options, io, connect }: CommandInput): Promise<number> {
  const [verb = '', extra] = args;
  if (verb !== 'show' || extra !== undefined) {
    const near = suggestion(extra ?? verb, ['show']);
    throw usageError(`Unknown ipam command "${extra ?? verb}"${near}; usage: weft ipam show [--show-blocks]`);
  }
  const cluster = await connect();
  const [pools, blocks, reservations] = await Promise.all([
    cluster.list(ipPools),
    cluster.list(ipamBlocks),
    cluster.list(ipReservations),
  ]);
  const usage = poolUsage(pools.items, blocks.items, reservations.items);
  io.out(await formatUsage(usage, flag(options, 'show-blocks')));
  return 0;
}
