import { cidrFamily } from '../net/cidr.ts';
import type { NftSet, Rule } from '../nft/model.ts';
import type { Direction } from '../policy/direction.ts';
import type { FailsafePort, PolicySettings } from '../policy/policy-settings.ts';

/** Which ports of the settings. */
type FailsafeSettings = Pick<PolicySettings, 'failsafeInbound' | 'failsafeOutbound'>;

const setNames = { ingress: 'failsafe-inbound', egress: 'failsafe-outbound' } as const;

/** The sets of failsafe ports for any peer. */
export function renderFailsafeSets(settings: FailsafeSettings): readonly NftSet[] {
  return (['ingress', 'egress'] as const).map((direction) => ({
    name: setNames[direction],
    comment: `Ports that host endpoint policy never closes, ${direction === 'ingress' ? 'of this node' : 'of others'}`,
    key: ['inet_proto', 'inet_service'],
    flags: [],
    elements: unique(portsOf(settings, direction).filter(({ net }) => net === undefined)).map(({ protocol, port }) => ({
      key: [`${protocol}`, `${port}`],
    })),
  }));
}

/**
 * The rules that leave failsafe ports to the base chain, which accepts.
 *
 * @param answers packets that answer through such a port, too: where connections are not tracked
 */
export function failsafeRules(settings: FailsafeSettings, direction: Direction, answers: boolean): readonly Rule[] {
  const other = direction === 'ingress' ? 'egress' : 'ingress';
  const peer = direction === 'ingress' ? 'saddr' : 'daddr';
  return [
    ...rulesFor(portsOf(settings, direction), { set: setNames[direction], port: 'dport', peer }),
    ...(answers ? rulesFor(portsOf(settings, other), { set: setNames[other], port: 'sport', peer }) : []),
  ];
}

function rulesFor(
  ports: readonly FailsafePort[],
  { set, port, peer }: { readonly set: string; readonly port: 'sport' | 'dport'; readonly peer: 'saddr' | 'daddr' },
): readonly Rule[] {
  const comment = `failsafe: never closed (${port === 'dport' ? 'requests' : 'answers'})`;
  return [
    { match: `meta l4proto . th ${port} @${set}`, action: 'return', comment },
    ...ports.flatMap(({ protocol, port: number, net }) => {
      if (net === undefined) return [];
      const ip = cidrFamily(net) === 4 ? 'ip' : 'ip6';
      return [
        { match: `meta l4proto ${protocol} th ${port} ${number} ${ip} ${peer} ${net}`, action: 'return', comment },
      ];
    }),
  ];
}

function portsOf(settings: FailsafeSettings, direction: Direction): readonly FailsafePort[] {
  return direction === 'ingress' ? settings.failsafeInbound : settings.failsafeOutbound;
}

function unique(ports: readonly FailsafePort[]): readonly FailsafePort[] {
  return [...new Map(ports.map((port) => [`${port.protocol} ${port.port}`, port])).values()];
}
