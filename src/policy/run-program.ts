import { WeftError } from '../base/errors.ts';
import { cidrContainsIp } from '../net/cidr.ts';
import { type Ip, ipFamily } from '../net/ip.ts';
import { protocolNumbers } from '../net/protocol.ts';
import type { Direction } from './direction.ts';
import type { IcmpCondition } from './normal-policy.ts';
import type { Packet } from './packet.ts';
import {
  type EndMatch,
  type FoldLookup,
  type FoldStep,
  foldKey,
  listEntryKey,
  type PolicyState,
  type PortMatch,
  type RuleIdentity,
  type RuleMatch,
  type Step,
  type Walk,
} from './policy-state.ts';
import type { RuleReference, Verdict, VerdictReason } from './verdict.ts';

/**
 * What a walk says of a packet: step for step what the kernel does with it.
 *
 * @throws WeftError POLICY_NO_SUCH_WALK
 */
export function runWalk(state: PolicyState, walkKey: string, packet: Packet): Verdict {
  const walk = state.walks.get(walkKey);
  if (walk === undefined) {
    throw new WeftError('POLICY_NO_SUCH_WALK', `Cannot follow walk "${walkKey}": not in use, the key of a walk needed`);
  }
  const logged: RuleReference[] = [];
  const reason = decide(state, walk, packet, logged);
  return { allowed: isAllowed(reason.reason, reason.rule), direction: walk.direction, reason: reason.reason, logged };
}

interface Decision {
  readonly reason: VerdictReason;
  readonly rule?: RuleIdentity;
}

function decide(state: PolicyState, walk: Walk, packet: Packet, logged: RuleReference[]): Decision {
  for (const { tier, policies, steps, end } of walk.tiers) {
    const rule = firstRule(state, steps, walk.direction, packet, logged);
    if (rule === undefined && end === 'drop') return { reason: { kind: 'tier-end', tier, policies } };
    if (rule !== undefined && rule.action !== 'Pass')
      return { reason: { kind: 'rule', rule: referenceTo(rule) }, rule };
  }
  if (walk.profile !== undefined) return { reason: { kind: 'profile', profile: walk.profile } };
  const drops = walk.phase === 'workload' || walk.phase === 'normal';
  return { reason: { kind: drops ? 'no-profile' : 'no-policy' } };
}

function isAllowed({ kind }: VerdictReason, rule: RuleIdentity | undefined): boolean {
  return kind === 'rule' ? rule?.action === 'Allow' : kind === 'profile' || kind === 'no-policy';
}

/** The first rule of a tier that decides; Log rules on the way are noted. */
function firstRule(
  state: PolicyState,
  steps: readonly Step[],
  direction: Direction,
  packet: Packet,
  logged: RuleReference[],
): RuleIdentity | undefined {
  for (const step of steps) {
    const rule =
      step.kind === 'fold'
        ? lookUp(state, step, direction, packet)
        : matchesRule(state, step.match, packet)
          ? step.rule
          : undefined;
    if (rule?.action === 'Log') logged.push(referenceTo(rule));
    else if (rule !== undefined) return rule;
  }
  return undefined;
}

function lookUp(state: PolicyState, fold: FoldStep, direction: Direction, packet: Packet): RuleIdentity | undefined {
  const peer = direction === 'ingress' ? packet.source : packet.destination;
  for (const lookup of fold.lookups) {
    const rule = ruleAt(state, lookup, fold.id, peer, packet);
    if (rule !== undefined) return rule;
  }
  return undefined;
}

function ruleAt(
  { collections }: PolicyState,
  lookup: FoldLookup,
  id: number,
  peer: Ip,
  { protocol, destinationPort: port }: Packet,
): RuleIdentity | undefined {
  const family = ipFamily(peer);
  switch (lookup) {
    case 'peer':
      return collections.peers[family].get(foldKey({ id, peer }))?.rule;
    case 'peer-protocol':
      return collections.peerProtocols[family].get(foldKey({ id, peer, protocol }))?.rule;
    case 'peer-port':
      if (port === undefined) return undefined;
      return collections.peerPorts[family].get(foldKey({ id, peer, protocol, port }))?.rule;
    case 'port':
      return port === undefined ? undefined : collections.ports.get(foldKey({ id, protocol, port }))?.rule;
  }
}

function matchesRule(state: PolicyState, match: RuleMatch, packet: Packet): boolean {
  const { protocol } = packet;
  if (match.family !== undefined && match.family !== ipFamily(packet.source)) return false;
  if (match.protocol !== undefined && match.protocol !== protocol) return false;
  if (match.notProtocol !== undefined && match.notProtocol === protocol) return false;
  if (match.icmp !== undefined && !matchesIcmp(match.icmp, packet)) return false;
  if (match.notIcmp !== undefined && matchesIcmp(match.notIcmp, packet)) return false;
  return (
    matchesEnd(state, match.source, packet.source, protocol, packet.sourcePort) &&
    matchesEnd(state, match.destination, packet.destination, protocol, packet.destinationPort)
  );
}

function matchesIcmp({ type, code }: IcmpCondition, { source, protocol, icmpType, icmpCode }: Packet): boolean {
  const icmp = ipFamily(source) === 4 ? protocolNumbers.ICMP : protocolNumbers.ICMPv6;
  return protocol === icmp && (type ?? icmpType) === icmpType && (code ?? icmpCode) === icmpCode;
}

function matchesEnd(
  state: PolicyState,
  match: EndMatch,
  address: Ip,
  protocol: number,
  port: number | undefined,
): boolean {
  const { nets, notNets, ports, notPorts } = match;
  const inList = (id: number) => isInList(state, id, address);
  const hasPort = (wanted: PortMatch) => port !== undefined && matchesPort(state, wanted, address, protocol, port);
  return (
    (nets?.some((net) => cidrContainsIp(net, address)) ?? true) &&
    !notNets?.some((net) => cidrContainsIp(net, address)) &&
    (match.in?.every(inList) ?? true) &&
    !match.notIn?.some(inList) &&
    (ports === undefined || hasPort(ports)) &&
    (notPorts === undefined || !hasPort(notPorts))
  );
}

function isInList({ collections, networks }: PolicyState, id: number, address: Ip): boolean {
  const family = ipFamily(address);
  if (collections.addresses[family].get(listEntryKey(id, { address })) !== undefined) return true;
  for (const net of networks.get(id)?.nets[family].values() ?? []) if (cidrContainsIp(net, address)) return true;
  return false;
}

function matchesPort(
  { collections }: PolicyState,
  { ranges, endpointPorts }: PortMatch,
  address: Ip,
  protocol: number,
  port: number,
): boolean {
  if (ranges.some(({ first, last }) => first <= port && port <= last)) return true;
  const entries = collections.endpointPorts[ipFamily(address)];
  return endpointPorts.some((id) => entries.get(listEntryKey(id, { address, protocol, port })) !== undefined);
}

function referenceTo({ tier, policy, direction, index, name }: RuleIdentity): RuleReference {
  return { tier, policy, direction, index, ...(name === undefined ? {} : { name }) };
}
