import { setTimeout as sleep } from 'node:timers/promises';
import { ipamBlocks, ipPools } from '../../api/kinds.ts';
import { WeftError } from '../../base/errors.ts';
import type { HttpCluster } from '../../datastore/http-cluster.ts';
import { checkIpam } from '../../ipam/check-ipam.ts';
import { heldAddresses } from '../../ipam/held-address.ts';
import { blocksInside } from '../../ipam/known-block.ts';
import { type Cidr, tryParseCidr } from '../../net/cidr.ts';
import { type CommandInput, type CommandIo, flag, textOption } from '../command.ts';
import { readDuration } from '../read-duration.ts';
import { refuseArguments } from '../refuse-arguments.ts';
import { usageError } from '../usage-error.ts';
import { closePool, releaseIdleBlocks } from './close-pool.ts';
import { type MigrationPlan, type MigrationRequest, planMigration, readPoolPods } from './plan-migration.ts';
import { readIpamFacts } from './read-ipam.ts';
import { replacePods } from './replace-pods.ts';

const pauseMs = 300;

/**
 * `weft ipam migrate POOL --cidr CIDR`. Each step looks at the cluster and does what is missing, so the same command
 * finishes what was interrupted; nothing is undone by an interruption.
 */
export async function run(input: CommandInput): Promise<number> {
  const { options, io, connect } = input;
  refuseArguments(input, 1);
  const request = readRequest(input);
  const maxUnavailable = readCount('--max-unavailable', textOption(options, 'max-unavailable') ?? '1');
  const timeoutMs = readDuration('--timeout', textOption(options, 'timeout') ?? '5m');
  const cluster = await connect();
  const plan = await planMigration(cluster, request);
  io.out(describePlan(plan, maxUnavailable));
  if (plan.from === undefined || flag(options, 'dry-run')) return 0;
  const { cidr, object } = plan.from;
  if (!plan.resumed) await cluster.create(ipPools, plan.to);
  io.out(`New pool ${plan.to.metadata.name} (${plan.to.spec.cidr}) is open\n`);
  await closePool(cluster, object);
  io.out(`Old pool ${object.metadata.name} (${object.spec.cidr}) gives no more addresses\n`);
  const total = plan.pods.movable + plan.pods.leaving;
  const progress = (left: number) => io.err(`replaced ${Math.max(0, total - left)} of ${total} pods\n`);
  await replacePods(cluster, cidr, { maxUnavailable, timeoutMs, progress });
  await refuseStuck(cluster, cidr);
  await releaseBlocks(cluster, cidr, timeoutMs, io);
  await verifyMoved(cluster, cidr);
  await cluster.delete(ipPools, object.metadata.name, undefined, { uid: object.metadata.uid });
  io.out(
    `IP pool ${object.metadata.name} was successfully migrated to ${plan.to.metadata.name} (${plan.to.spec.cidr})\n`,
  );
  return 0;
}

function readRequest({ args: [pool], options, usage }: CommandInput): MigrationRequest {
  if (pool === undefined) throw usageError(`No pool given; usage: ${usage}`);
  const text = textOption(options, 'cidr');
  if (text === undefined) throw usageError(`No CIDR given; usage: ${usage}`);
  const cidr = tryParseCidr(text);
  if (cidr === undefined) throw usageError(`--cidr is "${text}", a network like 10.48.0.0/16 needed`);
  const blockSize = textOption(options, 'block-size');
  return {
    pool,
    cidr,
    to: textOption(options, 'to') ?? `${pool}-migrated`,
    ...(blockSize === undefined ? {} : { blockSize: readCount('--block-size', blockSize.replace(/^\//, '')) }),
  };
}

function readCount(option: string, text: string): number {
  if (/^\d{1,4}$/.test(text) && Number(text) > 0) return Number(text);
  throw usageError(`${option} is "${text}", a whole number from 1 on needed`);
}

function describePlan({ from, to, resumed, pods, addresses }: MigrationPlan, maxUnavailable: number): string {
  if (from === undefined)
    return `${to.metadata.name} (${to.spec.cidr}) is there and the old pool is gone: nothing to do\n`;
  const old = from.object.metadata.name;
  const groups = pods.owners.map(
    ({ owner, namespace, pods: all }) => `     ${owner.kind} ${namespace}/${owner.name}: ${all.length} pods\n`,
  );
  const stuck = pods.stuck.map(({ name, reason }) => `     ${name}: ${reason}\n`);
  return [
    `Plan for IP pool ${old} (${from.cidr}, ${addresses} addresses in use):\n`,
    `  1. ${resumed ? 'go on with' : 'create'} IP pool ${to.metadata.name} (${to.spec.cidr}, blocks of /${to.spec.blockSize ?? 'default'})\n`,
    `  2. disable ${old}: nodes exchange their tunnel addresses, new pods use the new pool\n`,
    `  3. replace ${pods.movable} pods, at most ${maxUnavailable} of each owner away at once\n`,
    ...groups,
    '  4. release the empty blocks, verify that no address is left and no block overlaps\n',
    `  5. delete ${old}\n`,
    ...(stuck.length > 0 ? ['  Pods that have to be replaced by hand before step 4:\n', ...stuck] : []),
  ].join('');
}

async function refuseStuck(cluster: HttpCluster, cidr: Cidr): Promise<void> {
  const { stuck } = await readPoolPods(cluster, cidr);
  if (stuck.length === 0) return;
  const names = stuck.map(({ name, reason }) => `${name} (${reason})`).join(', ');
  throw new WeftError(
    'IPAM_MIGRATION',
    `Cannot finish: ${stuck.length} pods still have addresses of the old pool: ${names}; delete or recreate them, then run the same command again`,
  );
}

/** Gives up the blocks of the old pool as they get empty. */
async function releaseBlocks(cluster: HttpCluster, cidr: Cidr, timeoutMs: number, io: CommandIo): Promise<void> {
  let told = -1;
  let sinceMs = performance.now();
  for (;;) {
    const { items } = await cluster.list(ipamBlocks);
    const blocks = blocksInside(items, cidr);
    if (blocks.length === 0) return;
    const held = heldAddresses(blocks);
    if (held.length !== told) {
      if (held.length > 0) io.err(`waiting for ${held.length} addresses to be given back\n`);
      told = held.length;
      sinceMs = performance.now();
    }
    await releaseIdleBlocks(cluster, blocks);
    if (performance.now() - sinceMs > timeoutMs) {
      const left = held.map(({ ip, handle }) => `${ip} (${handle})`).join(', ');
      throw new WeftError(
        'IPAM_MIGRATION',
        `Cannot finish: ${left || 'a block'} of the old pool is not given back; look with "weft ipam check", then run the same command again`,
      );
    }
    await sleep(pauseMs);
  }
}

async function verifyMoved(cluster: HttpCluster, cidr: Cidr): Promise<void> {
  const facts = await readIpamFacts(cluster);
  const left = heldAddresses(blocksInside(facts.blocks, cidr)).length;
  const { movable, leaving, stuck } = await readPoolPods(cluster, cidr);
  const overlap = checkIpam(facts).problems.find(({ kind }) => kind === 'blocks overlap');
  const pods = movable + leaving + stuck.length;
  if (left + pods === 0 && overlap === undefined) return;
  const found =
    overlap === undefined ? `${left} addresses and ${pods} pods` : `block ${overlap.subject}: ${overlap.detail}`;
  throw new WeftError('IPAM_MIGRATION', `Cannot delete the old pool: ${found} found in it, run the same command again`);
}
