import { type Cidr, cidrFamily, tryParseCidr } from '../net/cidr.ts';
import { parseProtocol, protocolNumber, protocolNumbers } from '../net/protocol.ts';
import type { EntityRule, Rule } from './calico-policy.ts';
import type { FieldError } from './field-error.ts';
import { fieldAt } from './field-path.ts';
import { validateEntityRule } from './validate-entity-rule.ts';
import { validateHttpMatch } from './validate-http-match.ts';
import { validateIcmpMatch } from './validate-icmp-match.ts';
import { validateAnnotations } from './validate-labels.ts';
import { isNamedPort } from './validate-port.ts';
import { isProtocolWithPorts, validateProtocol } from './validate-protocol.ts';

/** Checks a rule of a policy or profile. What depends on its direction is the matter of `validatePolicySpec`. */
export function validateRule(rule: Rule, field = ''): readonly FieldError[] {
  const at = (key: string): string => fieldAt(field, key);
  const { source = {}, destination = {} } = rule;
  return [
    ...validateProtocol(at('protocol'), rule.protocol),
    ...validateProtocol(at('notProtocol'), rule.notProtocol),
    ...(rule.icmp === undefined ? [] : validateIcmpMatch(rule.icmp, at('icmp'))),
    ...(rule.notICMP === undefined ? [] : validateIcmpMatch(rule.notICMP, at('notICMP'))),
    ...(rule.http === undefined ? [] : validateHttpMatch(rule.http, at('http'))),
    ...validateEntityRule(source, at('source')),
    ...validateEntityRule(destination, at('destination')),
    ...validateAnnotations(at('metadata.annotations'), rule.metadata?.annotations),
    ...checkPorts(rule, source, at('source')),
    ...checkPorts(rule, destination, at('destination')),
    ...checkServicePorts(destination, at('destination')),
    ...checkProtocols(rule, at),
    ...checkFamilies(rule, at),
  ];
}

const portsNeedProtocol = 'rules that specify ports must set protocol to TCP or UDP or SCTP';
const numbersNeedProtocol = 'rules with numeric port or port range must set protocol to TCP or UDP or SCTP';

/** A named port stands for a protocol and a number, so it can do without the protocol of the rule. */
function checkPorts({ protocol }: Rule, entity: EntityRule, field: string): readonly FieldError[] {
  return (['ports', 'notPorts'] as const).flatMap((key): readonly FieldError[] => {
    const value = entity[key] ?? [];
    const reason = protocol === undefined ? numbersNeedProtocol : portsNeedProtocol;
    const fits =
      protocol === undefined ? value.every(isNamedPort) : value.length === 0 || isProtocolWithPorts(protocol);
    return fits ? [] : [{ field: fieldAt(field, key), value, reason }];
  });
}

function checkServicePorts(destination: EntityRule, field: string): readonly FieldError[] {
  if (destination.services === undefined) return [];
  return (['ports', 'notPorts'] as const)
    .filter((key) => (destination[key] ?? []).length > 0)
    .map((key) => {
      const reason = `cannot specify ${key.toLowerCase()} with a service selector`;
      return { field: fieldAt(field, key), value: destination[key], reason };
    });
}

function checkProtocols(rule: Rule, at: (key: string) => string): readonly FieldError[] {
  const errors: FieldError[] = [];
  const number = numberOf(rule.protocol);
  const { TCP, ICMP, ICMPv6 } = protocolNumbers;
  if (rule.http !== undefined && rule.protocol !== undefined && number !== TCP) {
    const reason = 'rules that specify HTTP fields must set protocol to TCP or empty';
    errors.push({ field: at('protocol'), value: rule.protocol, reason });
  }
  if (rule.http !== undefined && rule.action !== 'Allow') {
    errors.push({ field: at('http'), value: rule.http, reason: 'only valid for Allow rules' });
  }
  if (rule.icmp !== undefined && number !== ICMP && number !== ICMPv6) {
    const reason = 'rules that specify ICMP fields must set protocol to ICMP';
    errors.push({ field: at('icmp'), value: rule.icmp, reason });
  }
  for (const [name, needed, family] of [
    ['icmp', ICMP, 4],
    ['icmpv6', ICMPv6, 6],
  ] as const) {
    if (number !== needed && numberOf(rule.notProtocol) !== needed) continue;
    if (rule.ipVersion === undefined || rule.ipVersion === family) continue;
    const reason = `must set ipversion to '${family}' with protocol ${name}`;
    errors.push({ field: at('ipVersion'), value: rule.ipVersion, reason });
  }
  return errors;
}

function numberOf(value: Rule['protocol']): number | undefined {
  const protocol = value === undefined ? undefined : parseProtocol(value);
  return protocol === undefined ? undefined : protocolNumber(protocol);
}

/** All networks of a rule are of one IP version, which is that of the rule. */
function checkFamilies(rule: Rule, at: (key: string) => string): readonly FieldError[] {
  const errors: FieldError[] = [];
  const seen = new Set<number>();
  for (const end of ['source', 'destination'] as const) {
    for (const key of ['nets', 'notNets'] as const) {
      const field = at(`${end}.${key}`);
      const value = rule[end]?.[key] ?? [];
      errors.push(...value.flatMap((net, index) => checkNet(`${field}[${index}]`, net, key === 'notNets')));
      const families = new Set(value.map(tryParseCidr).filter(isDefined).map(cidrFamily));
      for (const family of families) seen.add(family);
      if (rule.ipVersion !== undefined && [...families].some((family) => family !== rule.ipVersion)) {
        errors.push({ field, value, reason: "rule IP version doesn't match CIDR version" });
      } else if (families.size > 0 && seen.size > 1) {
        errors.push({ field, value, reason: 'rule contains both IPv4 and IPv6 CIDRs' });
      }
    }
  }
  return errors;
}

// What is no network at all has been reported already.
function checkNet(field: string, value: string, negated: boolean): readonly FieldError[] {
  const cidr = tryParseCidr(value);
  if (cidr === undefined) return [];
  if (!value.includes('/')) return [{ field, value, reason: `invalid CIDR: "${cidr}" needed` }];
  const matchesNothing = negated && (cidr === '0.0.0.0/0' || cidr === '::/0');
  if (!matchesNothing) return [];
  return [{ field, value, reason: 'catch-all CIDR in negation creates logical contradiction (matches no traffic)' }];
}

function isDefined(cidr: Cidr | undefined): cidr is Cidr {
  return cidr !== undefined;
}
