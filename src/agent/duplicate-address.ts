import type { Node } from '../api/core.ts';
import { readCalicoNode } from '../api/node-annotations.ts';
import { WeftError } from '../base/errors.ts';
import type { Ip } from '../net/ip.ts';

/**
 * Refuses an address that another node has announced: two nodes with one address take each other's packets.
 *
 * @throws WeftError AGENT_DUPLICATE_ADDRESS
 */
export function refuseDuplicateAddress(nodeName: string, address: Ip, nodes: readonly Node[]): void {
  const holders = nodes
    .map(readCalicoNode)
    .filter(({ ipv4Address, ipv6Address }) => ipv4Address?.ip === address || ipv6Address?.ip === address);
  const other = holders.find(({ name }) => name !== nodeName);
  // The one that has announced it goes on; the newcomer is refused, and only one of the two is out of work.
  if (other === undefined || holders.some(({ name }) => name === nodeName)) return;
  throw new WeftError(
    'AGENT_DUPLICATE_ADDRESS',
    `Cannot use node address "${address}": Calico node '${other.name}' is already using it; give one of the two another address, delete node ${other.name} if it is gone, or set DISABLE_NODE_IP_CHECK=true`,
  );
}
