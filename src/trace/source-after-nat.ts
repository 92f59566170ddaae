import type { IPPool } from '../api/calico.ts';
import { cidrContainsIp, tryParseCidr } from '../net/cidr.ts';
import { type Ip, ipFamily, tryParseIp } from '../net/ip.ts';
import type { PolicyResources } from '../policy/resources.ts';
import type { ConnectionEnd } from './connection.ts';

/** What decides about source NAT. */
export interface NatRules {
  readonly pools: readonly IPPool[];
  /** Whether pods keep their addresses towards nodes (natOutgoingExclusions). */
  readonly excludeNodes: boolean;
}

/**
 * The source of a packet when it leaves the node of its source: that node's address where a pool with natOutgoing has the
 * pod's and none has the destination's.
 */
export function sourceAfterNat(
  { nodes }: Pick<PolicyResources, 'nodes'>,
  { pools, excludeNodes }: NatRules,
  source: ConnectionEnd,
  destination: ConnectionEnd,
): Ip {
  const { address } = source;
  if (source.kind !== 'pod' || (excludeNodes && destination.kind === 'node')) return address;
  const has = ({ spec }: IPPool, ip: Ip): boolean => {
    const cidr = tryParseCidr(spec.cidr);
    return cidr !== undefined && cidrContainsIp(cidr, ip);
  };
  const isNatted = pools.some((pool) => pool.spec.natOutgoing === true && has(pool, address));
  if (!isNatted || pools.some((pool) => has(pool, destination.address))) return address;
  const status = nodes.find(({ metadata }) => metadata.name === source.node)?.status;
  const own = (status?.addresses ?? []).filter(({ type }) => type === 'InternalIP');
  const found = own.flatMap((one) => tryParseIp(one.address) ?? []);
  return found.find((ip) => ipFamily(ip) === ipFamily(address)) ?? address;
}
