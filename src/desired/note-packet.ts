import { decodePacketHeaders, type PacketHeaders } from '../net/packet-headers.ts';
import { protocolName } from '../net/protocol.ts';
import type { Direction } from '../policy/direction.ts';
import { decodeLogPrefix, type LogReason } from '../policy/log-prefix.ts';
import { formatPolicyId } from '../policy/policy-id.ts';
import type { HostEndpointWalks, PolicyState } from '../policy/policy-state.ts';
import { runWalk } from '../policy/run-program.ts';
import type { Verdict } from '../policy/verdict.ts';
import type { PacketNote } from './packet-note.ts';
import { policyIndex } from './policy-index.ts';

/** A packet that a rule has logged. */
export interface ReportedPacket {
  /** What the rule says of it. */
  readonly prefix: string;
  /** Names of devices. */
  readonly inDevice?: string;
  readonly outDevice?: string;
  /** From the IP header on, possibly cut. */
  readonly payload: Uint8Array;
}

/**
 * What a reported packet means, by the state that the rules were made from; `undefined` for a prefix that is not ours. Of a
 * packet that a Log rule reports it says what became of it afterwards, too.
 */
export function notePacket(packet: ReportedPacket, state: PolicyState): PacketNote | undefined {
  const index = policyIndex(state);
  const reason = decodeLogPrefix(packet.prefix) ?? index.reasons.get(packet.prefix);
  if (reason === undefined) return undefined;
  const { direction } = reason;
  const end = endOf(packet, direction, state);
  const headers = decodePacketHeaders(packet.payload);
  const isLog = reason.kind === 'rule' && reason.action === 'Log';
  const verdict = isLog && end.walk !== undefined && headers !== undefined && runWalk(state, end.walk, headers);
  return {
    kind: isLog ? 'logged' : 'denied',
    direction,
    ...describeReason(reason, state),
    ...(verdict === false ? {} : describeVerdict(verdict)),
    ...(headers === undefined ? {} : describeHeaders(headers)),
    ...end.place,
  };
}

/** Whose policy it was. */
interface End {
  readonly place: Pick<PacketNote, 'workload' | 'hostEndpoint' | 'device'>;
  /** The key of the walk that decided. */
  readonly walk?: string | undefined;
}

/** To a pod it goes by the pod's device; to a host it comes by that of the host. */
function endOf({ inDevice, outDevice }: ReportedPacket, direction: Direction, state: PolicyState): End {
  const [podDevice, hostDevice] = direction === 'ingress' ? [outDevice, inDevice] : [inDevice, outDevice];
  const pod = podDevice === undefined ? undefined : policyIndex(state).workloads.get(podDevice);
  if (pod !== undefined) return { place: { workload: pod.name, device: pod.device }, walk: pod[direction] };
  const device = hostDevice ?? podDevice;
  if (device === undefined) return { place: {} };
  const host = hostDevice === undefined ? undefined : hostOf(state, hostDevice);
  if (host === undefined) return { place: { device } };
  const forwarded = inDevice !== undefined && outDevice !== undefined;
  const forward = direction === 'ingress' ? host.forwardIngress : host.forwardEgress;
  return { place: { hostEndpoint: host.name, device }, walk: forwarded ? forward : host[direction] };
}

function hostOf({ hostEndpoints }: PolicyState, device: string): HostEndpointWalks | undefined {
  const named = hostEndpoints.find(({ devices }) => devices !== '*' && devices.includes(device));
  return named ?? hostEndpoints.find(({ devices }) => devices === '*');
}

function describeReason(
  reason: LogReason,
  state: PolicyState,
): Pick<PacketNote, 'reason' | 'tier' | 'policy' | 'rule'> {
  switch (reason.kind) {
    case 'rule': {
      const policy = formatPolicyId(reason.policy);
      const { index: rule, direction } = reason;
      const tier = policyIndex(state).rules.get(`${policy}/${direction}/${rule}`)?.tier;
      return { reason: 'rule', ...(tier === undefined ? {} : { tier }), policy, rule };
    }
    case 'tier-end':
      return { reason: 'tier-end', tier: reason.tier };
    case 'no-profile':
      return { reason: 'no-profile' };
    case 'system':
      return { reason: reason.drop };
  }
}

function describeVerdict({ allowed, reason }: Verdict): Pick<PacketNote, 'verdict' | 'decidedBy'> {
  return { verdict: allowed ? 'allowed' : 'denied', decidedBy: decider(reason) };
}

function decider(reason: Verdict['reason']): string {
  switch (reason.kind) {
    case 'rule':
      return `rule ${reason.rule.index} of ${formatPolicyId(reason.rule.policy)}`;
    case 'tier-end':
      return `end of tier ${reason.tier}`;
    case 'profile':
      return `profile ${reason.profile}`;
    default:
      return reason.kind;
  }
}

function describeHeaders(headers: PacketHeaders): Partial<PacketNote> {
  const { protocol, ...rest } = headers;
  return { ...rest, protocol: protocolName(protocol) ?? String(protocol) };
}
