import { setTimeout as sleep } from 'node:timers/promises';
import type { IPAMBlock, IPPool } from '../../api/calico.ts';
import { ipPools } from '../../api/kinds.ts';
import type { Cluster } from '../../datastore/cluster.ts';
import { isIdle } from '../../ipam/idle-blocks.ts';
import { blockStoreOf } from './read-ipam.ts';

/** Until every node has heard that a pool is closed. */
const settleMs = 500;

/** Disables a pool and waits until no node gives addresses of it any more. */
export async function closePool(cluster: Cluster, { metadata, spec }: IPPool): Promise<void> {
  if (spec.disabled === true) return;
  await cluster.patch(ipPools, metadata.name, undefined, 'merge', { spec: { disabled: true } });
  await sleep(settleMs);
}

/** Deletes the empty blocks, unless somebody takes an address of one meanwhile; resolves with those that are left. */
export async function releaseIdleBlocks(cluster: Cluster, blocks: readonly IPAMBlock[]): Promise<readonly IPAMBlock[]> {
  const store = blockStoreOf(cluster, blocks);
  const isEmpty = (block: IPAMBlock): boolean => isIdle(block, { nowMs: Date.now(), cooldownSeconds: 0 });
  const kept: IPAMBlock[] = [];
  for (const block of blocks) {
    if (!isEmpty(block) || !(await store.remove(block.metadata.name, isEmpty))) kept.push(block);
  }
  return kept;
}
