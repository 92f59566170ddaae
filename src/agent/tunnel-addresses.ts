import type { IPPool } from '../api/calico.ts';
import type { Node } from '../api/core.ts';
import { type TunnelAddressType, tunnelHandle, vxlanMac } from '../api/names.ts';
import { type CalicoNodeFields, readCalicoNode } from '../api/node-annotations.ts';
import { hasCode } from '../base/errors.ts';
import type { IpamAllocator } from '../datastore/ipam-allocator.ts';
import {
  neededTunnelAddresses,
  type TunnelAddressNeed,
  tunnelAddressTypes,
  tunnelDevice,
} from '../desired/tunnel-addresses.ts';
import { announcedTunnels } from '../desired/tunnel-devices.ts';
import { cidrContainsIp } from '../net/cidr.ts';
import { type Ip, ipFamily } from '../net/ip.ts';

/** The annotation field of each type of tunnel address. */
const fieldOf = {
  ipipTunnelAddress: 'ipipTunnelAddress',
  vxlanTunnelAddress: 'vxlanTunnelAddress',
  vxlanV6TunnelAddress: 'vxlanTunnelAddressV6',
} as const satisfies Record<TunnelAddressType, keyof CalicoNodeFields>;

/** The device of each field. */
const deviceOf = {
  ipipTunnelAddress: tunnelDevice({ kind: 'ipip', family: 4 }),
  vxlanTunnelAddress: tunnelDevice({ kind: 'vxlan', family: 4 }),
  vxlanTunnelAddressV6: tunnelDevice({ kind: 'vxlan', family: 6 }),
} as const satisfies Partial<Record<keyof CalicoNodeFields, string>>;

/** The tunnel devices whose address these fields announce anew: other nodes will send by them. */
export function newlyAnnounced(fields: CalicoNodeFields, node: Node): readonly string[] {
  const announced = readCalicoNode(node);
  return Object.values(fieldOf)
    .filter((field) => fields[field] !== undefined && fields[field] !== announced[field])
    .map((field) => deviceOf[field]);
}

/**
 * Sees to it that the node owns exactly the tunnel addresses it needs, and says what belongs in its annotations. An
 * address that fits is kept, restart after restart; one whose pool no longer fits is exchanged; one that is no longer
 * needed is released.
 *
 * @param kept devices whose address stays for a while although no pool needs it
 * @throws WeftError of the allocator: no pool, no free address, API away
 */
export async function settleTunnelAddresses(
  ipam: IpamAllocator,
  pools: readonly IPPool[],
  node: Node,
  kept: ReadonlySet<string>,
): Promise<CalicoNodeFields> {
  const { name } = node.metadata;
  const needs = neededTunnelAddresses(pools, name, node);
  const announced = readCalicoNode(node);
  const stays = announcedTunnels({ nodes: [node], pools, nodeName: name }, kept);
  const fields: { -readonly [K in keyof CalicoNodeFields]: CalicoNodeFields[K] } = {};
  for (const type of tunnelAddressTypes) {
    const need = needs.find((one) => one.type === type);
    const field = fieldOf[type];
    if (need === undefined && stays.has(deviceOf[field])) {
      fields[field] = announced[field];
      continue;
    }
    fields[field] = need === undefined ? undefined : await settleAddress(ipam, need, name, announced[field]);
    // By what the watch says nothing is held: most nodes, most of the time; no need to ask the server.
    const handle = tunnelHandle(type, name);
    if (need === undefined && ipam.addressesOfHandle(handle).length > 0) await ipam.releaseByHandle(handle);
  }
  const needsVxlan = (family: 4 | 6): boolean =>
    stays.has(tunnelDevice({ kind: 'vxlan', family })) ||
    needs.some((one) => one.kind === 'vxlan' && one.family === family);
  fields.vxlanTunnelMac = needsVxlan(4) ? (announced.vxlanTunnelMac ?? vxlanMac(name, 4)) : undefined;
  fields.vxlanTunnelMacV6 = needsVxlan(6) ? (announced.vxlanTunnelMacV6 ?? vxlanMac(name, 6)) : undefined;
  return fields;
}

async function settleAddress(
  ipam: IpamAllocator,
  need: TunnelAddressNeed,
  node: string,
  announced: Ip | undefined,
): Promise<Ip | undefined> {
  const { handle, family, type } = need;
  const held = ipam.addressesOfHandle(handle).filter((ip) => ipFamily(ip) === family);
  const homes = [...need.pools, ...need.splitPools];
  const fits = (ip: Ip): boolean => homes.some(({ cidr }) => cidrContainsIp(cidr, ip));
  const kept = held.find((ip) => ip === announced && fits(ip)) ?? held.find(fits);
  if (kept !== undefined) return kept;
  // No pool to take one from: what is there is better than nothing.
  if (need.pools.length === 0) return held[0] ?? announced;
  const owner = { handle, attributes: { node, type } };
  const again = announced !== undefined && fits(announced) ? await takeAgain(ipam, owner, announced) : undefined;
  const taken = again ?? (await takeNew(ipam, owner, need));
  await ipam.releaseAddresses(held.map((ip) => ({ ip, handle })));
  return taken;
}

/** The announced address is known to other nodes already: the best one, when nobody has it. */
async function takeAgain(
  ipam: IpamAllocator,
  owner: { readonly handle: string; readonly attributes: Readonly<Record<string, string>> },
  ip: Ip,
): Promise<Ip | undefined> {
  try {
    return (await ipam.assignSpecific({ ip, ...owner })).ip;
  } catch (error) {
    const refused = ['IPAM_ADDRESS_IN_USE', 'IPAM_STRICT_AFFINITY', 'IPAM_BLOCK_LIMIT', 'IPAM_OUTSIDE_POOLS'];
    if (hasCode(error, ...refused)) return undefined;
    throw error;
  }
}

async function takeNew(
  ipam: IpamAllocator,
  owner: { readonly handle: string; readonly attributes: Readonly<Record<string, string>> },
  { family, pools }: TunnelAddressNeed,
): Promise<Ip | undefined> {
  const names = pools.map(({ name }) => name);
  const { v4, v6 } = await ipam.assign({
    ...owner,
    use: 'Tunnel',
    count4: family === 4 ? 1 : 0,
    count6: family === 6 ? 1 : 0,
    ...(family === 4 ? { pools4: names } : { pools6: names }),
  });
  return (family === 4 ? v4 : v6)[0]?.ip;
}
