import { hasCode } from '../base/errors.ts';
import { type Ip, ipFamily } from '../net/ip.ts';
import { encodeForgetConnections, encodeForgetListed6, encodeListConnections6 } from '../netlink/conntrack.ts';
import { netlinkProtocol } from './netlink-socket.ts';
import { ownNetlink } from './own-netlink.ts';

/**
 * Makes the network namespace this thread is in forget every connection of these addresses: whoever has one of them next
 * begins anew, and policy is asked. Idempotent.
 *
 * @throws WeftError NETLINK_<ERRNO>
 */
export function forgetConnections(addresses: readonly Ip[]): void {
  const nl = ownNetlink(netlinkProtocol.netfilter);
  const [v4, v6] = ([4, 6] as const).map((family) => addresses.filter((ip) => ipFamily(ip) === family));
  const action = () => `forget connections of ${addresses.join(', ')}`;
  const wanted = new Set(v6);
  const listed = wanted.size === 0 ? [] : nl.dump(encodeListConnections6(), 'list connections of IPv6');
  const messages = [
    ...(v4 ?? []).flatMap(encodeForgetConnections),
    ...listed.flatMap((one) => encodeForgetListed6(one, wanted) ?? []),
  ];
  // One that has ended meanwhile is forgotten, too.
  const error = nl.batch(messages, action).find((one) => one !== undefined && !hasCode(one, 'NETLINK_ENOENT'));
  if (error !== undefined) throw error;
}
