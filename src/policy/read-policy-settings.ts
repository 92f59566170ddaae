import type { FailsafePortField, FelixConfiguration } from '../api/calico.ts';
import { effectiveFelix } from '../api/effective-felix.ts';
import { tryParseNetwork } from '../net/network.ts';
import { nearestProtocol, protocolNumber, protocolNumbers } from '../net/protocol.ts';
import type { FailsafePort, PolicySettings } from './policy-settings.ts';

const { TCP, UDP } = protocolNumbers;
const everywhere: readonly FailsafePort[] = [179, 2379, 2380, 5473, 6443, 6666, 6667].map((port) => ({
  protocol: TCP,
  port,
}));
/** Calico's: SSH, DHCP, BGP, etcd, Typha, the API server. */
const defaultInbound: readonly FailsafePort[] = [
  { protocol: TCP, port: 22 },
  { protocol: UDP, port: 68 },
  ...everywhere,
];
/** Calico's: DNS, DHCP, BGP, etcd, Typha, the API server. */
const defaultOutbound: readonly FailsafePort[] = [
  { protocol: UDP, port: 53 },
  { protocol: UDP, port: 67 },
  ...everywhere,
];
const defaultLogPerSecond = 10;
const secondsPer: Readonly<Record<string, number>> = { second: 1, minute: 60, hour: 3600, day: 86_400 };

/**
 * What the FelixConfigurations that concern a node say about enforcing policy, with the defaults of Calico; but packets
 * of pods to their own node are accepted when nothing is said, as Calico's own manifests have it.
 *
 * @see effectiveFelix
 */
export function policySettings(
  objects: readonly FelixConfiguration[],
  nodeName: string,
  labels: Readonly<Record<string, string>> = {},
): PolicySettings {
  const spec = effectiveFelix(objects, nodeName, labels);
  const deny = spec.nftablesFilterDenyAction || spec.iptablesFilterDenyAction || '';
  return {
    endpointToHost: endpointToHost(spec.defaultEndpointToHostAction),
    dropInvalid: spec.disableConntrackInvalidCheck !== true,
    denyAction: deny.toLowerCase() === 'reject' ? 'reject' : 'drop',
    logPerSecond: logPerSecond(spec.logActionRateLimit),
    failsafeInbound: spec.failsafeInboundHostPorts?.flatMap(readFailsafe) ?? defaultInbound,
    failsafeOutbound: spec.failsafeOutboundHostPorts?.flatMap(readFailsafe) ?? defaultOutbound,
  };
}

function endpointToHost(text = ''): PolicySettings['endpointToHost'] {
  const action = text.toLowerCase();
  return action === 'drop' || action === 'return' ? action : 'accept';
}

/** At least one: a rule that never logs would be no help. */
function logPerSecond(text = ''): number {
  const [, count = '', unit = ''] = /^(\d+)\/(\w+)$/.exec(text) ?? [];
  const seconds = secondsPer[unit];
  return seconds === undefined ? defaultLogPerSecond : Math.max(1, Math.round(Number(count) / seconds));
}

/** What cannot be read keeps nothing open. */
function readFailsafe({ protocol = '', port, net = '' }: FailsafePortField): readonly FailsafePort[] {
  const known = nearestProtocol(protocol === '' ? 'TCP' : protocol);
  if (known === undefined) return [];
  const entry = { protocol: protocolNumber(known), port };
  if (net === '') return [entry];
  const cidr = tryParseNetwork(net);
  return cidr === undefined ? [] : [{ ...entry, net: cidr }];
}
