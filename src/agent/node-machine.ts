import type { Node } from '../api/core.ts';
import type { Logger } from '../base/log.ts';
import type { MachineFacts, Underlay } from '../desired/snapshot.ts';
import type { NetlinkSocket } from '../host/netlink-socket.ts';
import type { Family } from '../net/ip.ts';
import { refuseDuplicateAddress } from './duplicate-address.ts';
import { addressCandidates, deviceMtu, sourceTowards } from './machine.ts';
import { detectNodeAddress } from './node-address.ts';
import type { AgentOptions } from './options.ts';

/**
 * Finds out where this machine stands in the cluster: address, device and MTU per family.
 *
 * @param before what is announced now; changes are logged against it
 * @throws WeftError AGENT_NO_ADDRESS, AGENT_AMBIGUOUS_ADDRESS, AGENT_DUPLICATE_ADDRESS
 */
export async function detectMachine(
  nl: NetlinkSocket,
  options: Pick<AgentOptions, 'address' | 'checkDuplicates'>,
  node: Node,
  nodes: readonly Node[],
  before: MachineFacts,
  log: Logger,
): Promise<MachineFacts> {
  const underlay4 = await detectFamily(4, nl, options, node, nodes, before.underlay4, log);
  const underlay6 = await detectFamily(6, nl, options, node, nodes, before.underlay6, log);
  return {
    ipip: before.ipip,
    ...(underlay4 === undefined ? {} : { underlay4 }),
    ...(underlay6 === undefined ? {} : { underlay6 }),
  };
}

async function detectFamily(
  family: Family,
  nl: NetlinkSocket,
  options: Pick<AgentOptions, 'address' | 'checkDuplicates'>,
  node: Node,
  nodes: readonly Node[],
  before: Underlay | undefined,
  log: Logger,
): Promise<Underlay | undefined> {
  const method = options.address[family];
  if (method === undefined) return undefined;
  const towards = method.kind === 'can-reach' ? await sourceTowards(family, method.destination) : undefined;
  const addresses = node.status?.addresses ?? [];
  const { device, address, reason } = detectNodeAddress(family, method, {
    candidates: addressCandidates(nl),
    internalIps: addresses.filter(({ type }) => type === 'InternalIP').map((one) => one.address),
    ...(towards === undefined ? {} : { sourceTowards: towards }),
  });
  if (options.checkDuplicates) refuseDuplicateAddress(node.metadata.name, address.ip, nodes);
  const mtuBytes = deviceMtu(nl, device) ?? 1500;
  const same = before?.device === device && before.address.ip === address.ip && before.mtuBytes === mtuBytes;
  if (!same) {
    log.info('node address', { address: `${address.ip}/${address.prefixLength}`, device, mtuBytes, by: reason });
  }
  return { device, mtuBytes, address };
}
