import type { IPPool } from '../../api/calico.ts';
import { splitFinalizer } from '../../api/ip-pool.ts';
import { ipPools } from '../../api/kinds.ts';
import { WeftError } from '../../base/errors.ts';
import type { HttpCluster } from '../../datastore/http-cluster.ts';
import { retryOnConflict } from '../../datastore/retry-on-conflict.ts';
import { splitPool } from '../../ipam/split-pool.ts';
import { tryParseCidr } from '../../net/cidr.ts';
import { type CommandInput, textOption } from '../command.ts';
import { refuseArguments } from '../refuse-arguments.ts';
import { usageError } from '../usage-error.ts';

/**
 * `weft ipam split N --cidr CIDR|--name NAME`. The parts are made before the whole goes, so that every address is in a
 * pool at every moment; an interrupted run is finished by the same command.
 */
export async function run(input: CommandInput): Promise<number> {
  const { args, options, io, usage, connect } = input;
  refuseArguments(input, 1);
  const [number = ''] = args;
  const [cidr, name] = [textOption(options, 'cidr'), textOption(options, 'name')];
  if (!/^\d{1,9}$/.test(number)) throw usageError(`"${number}" is not a number of pools; usage: ${usage}`);
  if ((cidr === undefined) === (name === undefined)) {
    if (name !== undefined) throw usageError('name and CIDR provided. One of them denotes the IP pool to split');
    throw usageError('no name or CIDR provided. Provide a name or CIDR to denote the IP pool to split');
  }
  const cluster = await connect();
  const pool = await findPool(cluster, { cidr, name });
  const parts = splitPool(pool, Number(number));
  // Marked as going and yet there: no address is ever outside of all pools, and none is taken from two.
  await setFinalizer(cluster, pool, true);
  await cluster.delete(ipPools, pool.metadata.name, undefined, { uid: pool.metadata.uid });
  for (const part of parts) await createPart(cluster, part);
  await setFinalizer(cluster, pool, false);
  io.out(`IP Pool ${pool.metadata.name} was successfully split into ${parts.length} smaller pools.\n`);
  for (const part of parts) io.out(`Created ${part.metadata.name} with CIDR ${part.spec.cidr}.\n`);
  return 0;
}

/**
 * The pool somebody means.
 *
 * @throws WeftError CLI_FAILED naming the pools there are
 */
async function findPool(
  cluster: HttpCluster,
  wanted: { readonly cidr: string | undefined; readonly name: string | undefined },
): Promise<IPPool> {
  const { items } = await cluster.list(ipPools);
  const cidr = tryParseCidr(wanted.cidr ?? '') ?? wanted.cidr;
  const pool = items.find(({ metadata, spec }) => metadata.name === wanted.name || spec.cidr === cidr);
  if (pool !== undefined) return pool;
  const known = items.map(({ metadata, spec }) => `${metadata.name} (${spec.cidr})`).join(', ') || 'none';
  throw new WeftError('CLI_FAILED', `unable to find IP pool ${wanted.name ?? wanted.cidr}; there are: ${known}`);
}

async function createPart(cluster: HttpCluster, part: IPPool): Promise<void> {
  const { name } = part.metadata;
  const existing = await cluster.get(ipPools, name);
  if (existing === undefined) await cluster.create(ipPools, part);
  else if (existing.spec.cidr !== part.spec.cidr) {
    throw new WeftError('CLI_FAILED', `Cannot create IP pool "${name}": there is one with CIDR ${existing.spec.cidr}`);
  }
}

async function setFinalizer(cluster: HttpCluster, { metadata: { name, uid } }: IPPool, wanted: boolean): Promise<void> {
  await retryOnConflict(cluster, ipPools, { name }, (current) => {
    const others = (current.metadata.finalizers ?? []).filter((finalizer) => finalizer !== splitFinalizer);
    const isThere = others.length !== (current.metadata.finalizers ?? []).length;
    // One that is going takes no new finalizers; another pool of this name is not ours.
    if (isThere === wanted || current.metadata.uid !== uid) return undefined;
    if (wanted && current.metadata.deletionTimestamp !== undefined) return undefined;
    return { ...current, metadata: { ...current.metadata, finalizers: wanted ? [...others, splitFinalizer] : others } };
  });
}
