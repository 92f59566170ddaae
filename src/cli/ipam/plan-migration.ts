import type { IPPool } from '../../api/calico.ts';
import { poolsOverlap } from '../../api/ip-pool.ts';
import { ipPools, namespaces, pods } from '../../api/kinds.ts';
import { withType } from '../../api/meta.ts';
import { WeftError } from '../../base/errors.ts';
import type { HttpCluster } from '../../datastore/http-cluster.ts';
import { heldAddresses } from '../../ipam/held-address.ts';
import { blocksInside } from '../../ipam/known-block.ts';
import { type PoolPods, poolPods, poolWishes } from '../../ipam/pool-migration.ts';
import { type Cidr, cidrFamily, cidrSize, tryParseCidr } from '../../net/cidr.ts';
import { checkResource } from '../check-resource.ts';
import { readIpamFacts } from './read-ipam.ts';

/** What somebody asks for. */
export interface MigrationRequest {
  readonly pool: string;
  readonly cidr: Cidr;
  readonly blockSize?: number;
  readonly to: string;
}

/** What will be done; `undefined` pools are there already (from) or gone already (to). */
export interface MigrationPlan {
  /** The pool to empty; absent when an earlier run has finished. */
  readonly from: { readonly object: IPPool; readonly cidr: Cidr } | undefined;
  readonly to: IPPool;
  /** The new pool was made by an earlier run. */
  readonly resumed: boolean;
  readonly pods: PoolPods;
  readonly addresses: number;
}

/** Marks the new pool, so that an interrupted run is recognised. */
const fromAnnotation = 'weft.projectcalico.org/migrated-from';

/**
 * Looks at the cluster and decides what is to be done; writes nothing.
 *
 * @throws WeftError IPAM_MIGRATION with what stands in the way
 */
export async function planMigration(cluster: HttpCluster, request: MigrationRequest): Promise<MigrationPlan> {
  const facts = await readIpamFacts(cluster);
  const object = facts.pools.find(({ metadata }) => metadata.name === request.pool);
  const existing = facts.pools.find(({ metadata }) => metadata.name === request.to);
  const resumed = existing?.metadata.annotations?.[fromAnnotation] === request.pool;
  if (object === undefined && resumed && existing !== undefined) {
    return { from: undefined, to: existing, resumed, pods: poolPods([], request.cidr), addresses: 0 };
  }
  const cidr = tryParseCidr(object?.spec.cidr ?? '');
  if (object === undefined || cidr === undefined) {
    const names = facts.pools.map(({ metadata }) => metadata.name).join(', ') || 'none';
    throw fail(request, `there is no such pool; pools: ${names}`);
  }
  const to = resumed && existing !== undefined ? existing : newPool(object, request);
  if (resumed) refuseOther(to, request);
  else refuseConflict(to, { object, cidr }, facts.pools, existing, request);
  const held = heldAddresses(blocksInside(facts.blocks, cidr));
  if (cidrSize(request.cidr) < BigInt(held.length)) {
    throw fail(request, `${held.length} addresses are in use, ${request.cidr} has only ${cidrSize(request.cidr)}`);
  }
  const all = await cluster.list(namespaces);
  const [wish] = poolWishes(facts.pods, all.items, { name: request.pool, cidr });
  if (wish !== undefined) {
    throw fail(request, `${wish.name} would get no address: ${wish.reason}, change that first`);
  }
  return { from: { object, cidr }, to, resumed, pods: poolPods(facts.pods, cidr), addresses: held.length };
}

/** The pods that still have addresses of the pool. */
export async function readPoolPods(cluster: HttpCluster, cidr: Cidr): Promise<PoolPods> {
  return poolPods((await cluster.list(pods)).items, cidr);
}

function newPool(old: IPPool, { to, cidr, blockSize, pool }: MigrationRequest): IPPool {
  const { labels, annotations } = old.metadata;
  return withType(ipPools, {
    metadata: { name: to, ...(labels && { labels }), annotations: { ...annotations, [fromAnnotation]: pool } },
    spec: { ...old.spec, cidr, disabled: false, ...(blockSize === undefined ? {} : { blockSize }) },
  });
}

function refuseOther(existing: IPPool, request: MigrationRequest): void {
  const { cidr, blockSize } = existing.spec;
  if (cidr === request.cidr && (request.blockSize === undefined || request.blockSize === blockSize)) return;
  throw fail(
    request,
    `an earlier run moves it to ${cidr} with blocks of /${blockSize}, the same values needed to go on`,
  );
}

function refuseConflict(
  to: IPPool,
  from: { readonly object: IPPool; readonly cidr: Cidr },
  pools: readonly IPPool[],
  existing: IPPool | undefined,
  request: MigrationRequest,
): void {
  if (existing !== undefined) throw fail(request, `there is a pool "${request.to}" already, another name needed: --to`);
  if (cidrFamily(request.cidr) !== cidrFamily(from.cidr)) throw fail(request, 'the new CIDR is of another IP version');
  const other = poolsOverlap(to, pools);
  if (other !== undefined) {
    throw fail(request, `${request.cidr} overlaps with pool "${other.metadata.name}" (${other.spec.cidr})`);
  }
  if (from.object.spec.disabled === true) throw fail(request, 'the pool is disabled, an enabled one needed');
  const problem = checkResource(ipPools, to);
  if (problem !== undefined) throw fail(request, problem);
}

function fail({ pool }: MigrationRequest, problem: string): WeftError {
  return new WeftError('IPAM_MIGRATION', `Cannot migrate IP pool "${pool}": ${problem}`);
}
