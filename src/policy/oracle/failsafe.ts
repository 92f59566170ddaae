import { cidrContainsIp } from '../../net/cidr.ts';
import type { Ip } from '../../net/ip.ts';
import type { Direction } from '../direction.ts';
import type { Packet } from '../packet.ts';
import type { FailsafePort, PolicySettings } from '../policy-settings.ts';

/**
 * True for packets that no policy of a host endpoint may stop, lest somebody locks himself out. What the host forwards is
 * not among them; before connection tracking, answers have to be let through, too.
 */
export function isFailsafe(
  { failsafeInbound, failsafeOutbound }: Pick<PolicySettings, 'failsafeInbound' | 'failsafeOutbound'>,
  direction: Direction,
  phase: 'normal' | 'forward' | 'untracked' | 'pre-dnat',
  { protocol, source, sourcePort, destination, destinationPort }: Packet,
): boolean {
  if (phase === 'forward') return false;
  const peer = direction === 'ingress' ? source : destination;
  const [towards, back] =
    direction === 'ingress' ? [failsafeInbound, failsafeOutbound] : [failsafeOutbound, failsafeInbound];
  const isAnswer = phase === 'untracked' && isListed(back, protocol, sourcePort, peer);
  return isAnswer || isListed(towards, protocol, destinationPort, peer);
}

function isListed(ports: readonly FailsafePort[], protocol: number, port: number | undefined, peer: Ip): boolean {
  return ports.some(
    (one) => one.protocol === protocol && one.port === port && (one.net === undefined || cidrContainsIp(one.net, peer)),
  );
}
