import type { Node } from '../../api/core.ts';
import { nodeAnnotations } from '../../api/node-annotations.ts';
import { type Ip, tryParseIp } from '../../net/ip.ts';

/** The addresses that the status of a node names. */
export function nodeAddresses({ status }: Node): readonly Ip[] {
  const known = (status?.addresses ?? []).filter(({ type }) => type === 'InternalIP' || type === 'ExternalIP');
  return known.flatMap(({ address }) => tryParseIp(address) ?? []);
}

/** Those of its tunnel devices, which it talks from to pods of other nodes where pools are encapsulated. */
export function tunnelAddresses({ metadata: { annotations = {} } }: Node): readonly Ip[] {
  const { ipipTunnelAddress, vxlanTunnelAddress, vxlanTunnelAddressV6 } = nodeAnnotations;
  return [ipipTunnelAddress, vxlanTunnelAddress, vxlanTunnelAddressV6].flatMap(
    (key) => tryParseIp(annotations[key] ?? '') ?? [],
  );
}
