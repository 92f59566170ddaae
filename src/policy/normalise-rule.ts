import type { IcmpMatch, ProtocolField, Rule, RuleAction } from '../api/calico-policy.ts';
import { Unreadable } from '../api/unreadable.ts';
import { cidrFamily } from '../net/cidr.ts';
import type { Family } from '../net/ip.ts';
import { hasPorts, parseProtocol, protocolNumber, protocolNumbers } from '../net/protocol.ts';
import type { Direction } from './direction.ts';
import type { IcmpCondition, NormalEntity, NormalRule } from './normal-policy.ts';
import { normalEntity } from './normalise-entity.ts';

/** What a rule is read in. */
export interface RuleContext {
  readonly index: number;
  readonly name?: string;
  readonly direction: Direction;
  /** Of the policy; absent for cluster-wide ones. */
  readonly namespace?: string;
}

const actions: readonly RuleAction[] = ['Allow', 'Deny', 'Log', 'Pass'];

/**
 * A rule in Calico's words in the form that is compiled; `undefined` for one that can match no packet, because its
 * conditions are of different IP versions.
 *
 * @throws Unreadable
 */
export function normalRule(rule: Rule, { index, name, direction, namespace }: RuleContext): NormalRule | undefined {
  if (!actions.includes(rule.action)) {
    throw new Unreadable('action', `"${rule.action}" found, ${actions.join(', ')} needed`);
  }
  if (rule.http !== undefined) throw new Unreadable('http', 'HTTP conditions found, which are not supported');
  const protocol = readProtocol('protocol', rule.protocol);
  const notProtocol = readProtocol('notProtocol', rule.notProtocol);
  const inNamespace = namespace === undefined ? {} : { namespace };
  const source = normalEntity(rule.source ?? {}, {
    field: 'source',
    ...inNamespace,
    ...(direction === 'ingress' && { service: { withPorts: false } }),
  });
  const destination = normalEntity(rule.destination ?? {}, {
    field: 'destination',
    ...inNamespace,
    ...(direction === 'egress' && { service: { withPorts: true } }),
  });
  checkPorts(protocol, source, 'source');
  checkPorts(protocol, destination, 'destination');
  const icmp = readIcmp('icmp', rule.icmp);
  if (icmp !== undefined && protocol !== protocolNumbers.ICMP && protocol !== protocolNumbers.ICMPv6) {
    throw new Unreadable('icmp', 'an ICMP message found, protocol ICMP or ICMPv6 needed');
  }
  const notIcmp = readIcmp('notICMP', rule.notICMP);
  const families = familiesOf(rule.ipVersion, [source, destination]);
  const [family] = families;
  if (family === undefined) return undefined;
  return {
    index,
    ...(name !== undefined && { name }),
    action: rule.action,
    ...(families.length === 1 && { family }),
    ...(protocol !== undefined && { protocol }),
    ...(notProtocol !== undefined && { notProtocol }),
    ...(icmp !== undefined && { icmp }),
    ...(notIcmp !== undefined && { notIcmp }),
    source,
    destination,
  };
}

function readProtocol(field: string, value: ProtocolField | undefined): number | undefined {
  if (value === undefined) return undefined;
  const protocol = parseProtocol(value);
  if (protocol === undefined) {
    throw new Unreadable(field, `"${value}" found, TCP, UDP, ICMP, ICMPv6, SCTP, UDPLite or 1 to 255 needed`);
  }
  return protocolNumber(protocol);
}

/** A named port brings its protocol along; numbers need the rule's. */
function checkPorts(protocol: number | undefined, entity: NormalEntity, field: string): void {
  for (const key of ['ports', 'notPorts'] as const) {
    const ports = entity[key];
    if (ports === undefined) continue;
    const fits = protocol === undefined ? ports.every((port) => 'name' in port) : hasPorts(protocol);
    if (!fits) throw new Unreadable(`${field}.${key}`, 'ports found, protocol TCP, UDP or SCTP needed');
  }
}

function readIcmp(field: string, match: IcmpMatch | undefined): IcmpCondition | undefined {
  if (match === undefined) return undefined;
  const { type, code } = match;
  if (type === undefined && code !== undefined) {
    throw new Unreadable(`${field}.code`, `${code} found without a type, the type needed, too`);
  }
  return { ...(type !== undefined && { type }), ...(code !== undefined && { code }) };
}

/** A list of networks, negated or not, restricts the rule to the families in it. */
function familiesOf(ipVersion: Family | undefined, entities: readonly NormalEntity[]): readonly Family[] {
  const lists = entities.flatMap(({ nets, notNets }) => [nets, notNets].filter((list) => list !== undefined));
  return ([4, 6] as const).filter(
    (family) =>
      (ipVersion === undefined || ipVersion === family) &&
      lists.every((list) => list.some((net) => cidrFamily(net) === family)),
  );
}
