import type { IPAMBlock } from '../../api/calico.ts';
import { ipamBlocks, ipamConfigurations, ipPools, nodes, pods } from '../../api/kinds.ts';
import type { Cluster } from '../../datastore/cluster.ts';
import { BlockStore } from '../../datastore/ipam-block-store.ts';
import { systemClock } from '../../datastore/system-clock.ts';
import type { IpamFacts } from '../../ipam/check-ipam.ts';
import { ipamRules } from '../../ipam/rules.ts';
import { type Ip, tryParseIp } from '../../net/ip.ts';
import { usageError } from '../usage-error.ts';

/** Reads everything a check looks at. Blocks first: an address given meanwhile then has its pod already. */
export async function readIpamFacts(cluster: Cluster): Promise<IpamFacts> {
  const blocks = await cluster.list(ipamBlocks);
  const [poolList, nodeList, podList] = await Promise.all([
    cluster.list(ipPools),
    cluster.list(nodes),
    cluster.list(pods),
  ]);
  return { blocks: blocks.items, pools: poolList.items, nodes: nodeList.items, pods: podList.items };
}

/** The blocks for changing, as they were when `blocks` was read; a write that lost a race reads again. */
export function blockStoreOf(cluster: Cluster, blocks: readonly IPAMBlock[]): BlockStore {
  return new BlockStore({ cluster, clock: systemClock, random: Math.random }, () => blocks);
}

/** How long a released address rests. */
export async function readCooldownSeconds(cluster: Cluster): Promise<number> {
  return ipamRules(await cluster.get(ipamConfigurations, 'default')).cooldownSeconds[0] ?? 0;
}

/** Reads an address given on the command line. @throws WeftError CLI_USAGE */
export function readIp(option: string, text: string): Ip {
  const ip = tryParseIp(text);
  if (ip === undefined) throw usageError(`${option} is "${text}", an IPv4 or IPv6 address needed`);
  return ip;
}
