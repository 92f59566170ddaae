import { setTimeout as sleep } from 'node:timers/promises';
import type { IPAMBlock, IPPool } from '../api/calico.ts';
import { ipamBlocks, ipPools } from '../api/kinds.ts';
import { hasCode } from '../base/errors.ts';
import type { HttpCluster } from '../datastore/http-cluster.ts';
import { heldAddresses } from '../ipam/held-address.ts';
import { isIdle } from '../ipam/idle-blocks.ts';
import { cidrContains, parseCidr } from '../net/cidr.ts';
import type { CommandIo } from './command.ts';

/** Until every node has heard that the pool gives no addresses any more. */
const settleMs = 500;

/**
 * Prepares the deletion of a pool, in calicoctl's order: disable it, wait, release the blocks that are empty. Blocks
 * with addresses in use stay with their node, so that their pods stay reachable; the collector releases them when the
 * last address is free. Says how many there are.
 */
export async function emptyPool(cluster: HttpCluster, pool: IPPool, io: CommandIo): Promise<void> {
  if (pool.spec.disabled !== true) {
    await cluster.patch(ipPools, pool.metadata.name, undefined, 'merge', { spec: { disabled: true } });
    await sleep(settleMs);
  }
  const cidr = parseCidr(pool.spec.cidr);
  const { items } = await cluster.list(ipamBlocks);
  const blocks = items.filter(({ spec }) => cidrContains(cidr, parseCidr(spec.cidr)));
  const kept: IPAMBlock[] = [];
  for (const block of blocks) {
    if (!(await releaseBlock(cluster, block))) kept.push(block);
  }
  const count = heldAddresses(kept).length;
  if (count === 0) return;
  const addresses = count === 1 ? '1 address is' : `${count} addresses are`;
  io.err(`IPPool ${pool.metadata.name}: ${addresses} still in use; pods keep theirs until they are replaced\n`);
}

/** Deletes the block if nobody has taken an address meanwhile; resolves whether it is gone. */
async function releaseBlock(cluster: HttpCluster, { metadata }: IPAMBlock): Promise<boolean> {
  for (;;) {
    const block = await cluster.get(ipamBlocks, metadata.name);
    if (block === undefined) return true;
    if (!isIdle(block, { nowMs: Date.now(), cooldownSeconds: 0 })) return false;
    const { uid, resourceVersion } = block.metadata;
    try {
      await cluster.delete(ipamBlocks, metadata.name, undefined, {
        ...(uid === undefined ? {} : { uid }),
        ...(resourceVersion === undefined ? {} : { resourceVersion }),
      });
      return true;
    } catch (error) {
      if (!hasCode(error, 'API_CONFLICT')) throw error;
    }
  }
}
