import { isRecord } from '../base/is-record.ts';
import { type Cidr, cidrContainsIp, cidrLength, tryParseCidr } from '../net/cidr.ts';
import { type Family, type Ip, parseIp } from '../net/ip.ts';
import type { PolicyResources } from '../policy/resources.ts';

/** Addresses that stand for the world: of documentation, so that nobody has them. @see RFC 5737, RFC 3849 */
const candidates: Readonly<Record<Family, readonly Ip[]>> = {
  4: ['203.0.113.1', '198.51.100.1', '192.0.2.1'].map(parseIp),
  6: ['2001:db8::1', '2001:db8:ffff::1'].map(parseIp),
};

/** An address outside of the cluster, in no network that a policy or network set names, if there is one such. */
export function outsideAddress(resources: PolicyResources, family: Family): Ip {
  const { pods, namespaces, nodes, services, endpointSlices, ...rest } = resources;
  const networks = [...networksIn(Object.values(rest))].filter((network) => cidrLength(network) > 0);
  const free = candidates[family].find((ip) => !networks.some((network) => cidrContainsIp(network, ip)));
  return free ?? candidates[family][0] ?? parseIp('203.0.113.1');
}

/** Every network anywhere in a value. */
function* networksIn(value: unknown): Generator<Cidr> {
  if (typeof value === 'string') {
    const network = value.includes('/') ? tryParseCidr(value) : undefined;
    if (network !== undefined) yield network;
  } else if (Array.isArray(value)) {
    for (const item of value) yield* networksIn(item);
  } else if (isRecord(value)) {
    for (const item of Object.values(value)) yield* networksIn(item);
  }
}
