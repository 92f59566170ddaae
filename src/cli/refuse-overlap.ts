import type { IPPool } from '../api/calico.ts';
import { overlapText, poolsOverlap } from '../api/ip-pool.ts';
import { ipPools } from '../api/kinds.ts';
import type { Kind, KubernetesObject } from '../api/meta.ts';
import { WeftError } from '../base/errors.ts';
import type { HttpCluster } from '../datastore/http-cluster.ts';

/**
 * Refuses a pool that shares addresses with another one; other kinds pass.
 *
 * @throws WeftError CLI_FAILED naming both
 */
export async function refuseOverlap(
  cluster: HttpCluster,
  kind: Kind<KubernetesObject>,
  object: KubernetesObject,
): Promise<void> {
  if (kind !== ipPools) return;
  const pool = object as IPPool;
  const { items } = await cluster.list(ipPools);
  const other = poolsOverlap(pool, items);
  if (other !== undefined) throw new WeftError('CLI_FAILED', overlapText(pool, other));
}
