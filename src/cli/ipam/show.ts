import type { AllocationAttribute, IPAMBlock } from '../../api/calico.ts';
import { ipamBlocks, ipamConfigurations, ipPools, ipReservations } from '../../api/kinds.ts';
import type { HttpCluster } from '../../datastore/http-cluster.ts';
import { attributeOf } from '../../ipam/allocate.ts';
import { ordinalOf } from '../../ipam/block-address.ts';
import { borrowedAddresses } from '../../ipam/borrowed-addresses.ts';
import { isLiveBlock } from '../../ipam/known-block.ts';
import { defaultMaxBlocksPerHost, ipamRules } from '../../ipam/rules.ts';
import { tryParseCidr } from '../../net/cidr.ts';
import type { Ip } from '../../net/ip.ts';
import { formatBox } from '../boxed-table.ts';
import { type CommandInput, flag, textOption } from '../command.ts';
import { refuseArguments } from '../refuse-arguments.ts';
import { readIp } from './read-ipam.ts';
import { formatUsage, poolUsage } from './usage.ts';

/** `weft ipam show`: use of pools and blocks; one address; borrowed addresses; the rules. */
export async function run(input: CommandInput): Promise<number> {
  const { options, io, connect } = input;
  refuseArguments(input);
  const text = textOption(options, 'ip');
  const ip = text === undefined ? undefined : readIp('--ip', text);
  const cluster = await connect();
  if (ip !== undefined) io.out(await describeAddress(cluster, ip));
  else if (flag(options, 'show-borrowed')) io.out(await formatBorrowed(cluster));
  else if (flag(options, 'show-configuration')) io.out(await formatConfiguration(cluster));
  else io.out(await formatPools(cluster, flag(options, 'show-blocks')));
  return 0;
}

async function formatPools(cluster: HttpCluster, withBlocks: boolean): Promise<string> {
  const [pools, blocks, reservations] = await Promise.all([
    cluster.list(ipPools),
    cluster.list(ipamBlocks),
    cluster.list(ipReservations),
  ]);
  return formatUsage(poolUsage(pools.items, blocks.items, reservations.items), withBlocks);
}

async function describeAddress(cluster: HttpCluster, ip: Ip): Promise<string> {
  const { items } = await cluster.list(ipamBlocks);
  const attribute = items.map((block) => ownerOf(block, ip)).find((found) => found !== undefined);
  if (attribute === undefined || attribute.releasedAt !== undefined) return `${ip} is not assigned\n`;
  const owner = Object.entries(attribute.secondary ?? {}).sort(([a], [b]) => (a < b ? -1 : 1));
  const lines = owner.map(([key, value]) => `  ${key}: ${value}\n`).join('');
  return [
    `IP ${ip} is in use\n`,
    `Handle ID: ${attribute.handle_id ?? '<none>'}\n`,
    owner.length === 0 ? 'No Active Owner attributes defined\n' : `Active Owner Attributes:\n${lines}`,
  ].join('');
}

function ownerOf(block: IPAMBlock, ip: Ip): AllocationAttribute | undefined {
  const cidr = tryParseCidr(block.spec.cidr);
  const ordinal = cidr === undefined || !isLiveBlock(block) ? undefined : ordinalOf(cidr, ip);
  return ordinal === undefined ? undefined : attributeOf(block.spec, ordinal);
}

async function formatBorrowed(cluster: HttpCluster): Promise<string> {
  const { items } = await cluster.list(ipamBlocks);
  const rows = borrowedAddresses(items).map(({ address, block, owner }) => {
    const { ip, node = '', pod, namespace, type } = address;
    return [ip, node, block, owner, pod === undefined ? (type ?? '') : 'pod', pod ? `${namespace}/${pod}` : ''];
  });
  return formatBox(['IP', 'BORROWING-NODE', 'BLOCK', 'BLOCK OWNER', 'TYPE', 'ALLOCATED-TO'], rows);
}

/** The rules in force, as a box. */
export async function formatConfiguration(cluster: HttpCluster): Promise<string> {
  const configuration = await cluster.get(ipamConfigurations, 'default');
  const rules = ipamRules(configuration);
  const persistence: unknown = (configuration?.spec as Readonly<Record<string, unknown>> | undefined)
    ?.kubeVirtVMAddressPersistence;
  return formatBox(
    ['PROPERTY', 'VALUE'],
    [
      ['StrictAffinity', String(rules.strictAffinity)],
      ['AutoAllocateBlocks', String(rules.autoAllocateBlocks)],
      ['MaxBlocksPerHost', String(rules.maxBlocksPerHost ?? defaultMaxBlocksPerHost)],
      ['IPCooldownSeconds', String(rules.cooldownSeconds[0] ?? 0)],
      ['KubeVirtVMAddressPersistence', String(persistence ?? 'Enabled')],
    ],
  );
}
