import type { IPPool } from '../api/calico.ts';
import { ipamBlocks } from '../api/kinds.ts';
import type { HttpCluster } from '../datastore/http-cluster.ts';
import { heldAddresses } from '../ipam/held-address.ts';
import { blocksInside } from '../ipam/known-block.ts';
import { parseCidr } from '../net/cidr.ts';
import type { CommandIo } from './command.ts';
import { closePool, releaseIdleBlocks } from './ipam/close-pool.ts';

/**
 * Prepares the deletion of a pool, in calicoctl's order: disable it, wait, release the blocks that are empty. Blocks
 * with addresses in use stay with their node, so that their pods stay reachable; the collector releases them when the
 * last address is free. Says how many there are.
 */
export async function emptyPool(cluster: HttpCluster, pool: IPPool, io: CommandIo): Promise<void> {
  await closePool(cluster, pool);
  const { items } = await cluster.list(ipamBlocks);
  const kept = await releaseIdleBlocks(cluster, blocksInside(items, parseCidr(pool.spec.cidr)));
  const count = heldAddresses(kept).length;
  if (count === 0) return;
  const addresses = count === 1 ? '1 address is' : `${count} addresses are`;
  io.err(`IPPool ${pool.metadata.name}: ${addresses} still in use; pods keep theirs until they are replaced\n`);
}
