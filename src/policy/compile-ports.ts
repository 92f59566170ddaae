import { protocolNumbers } from '../net/protocol.ts';
import type { Direction } from './direction.ts';
import { mergeRanges } from './merge-ranges.ts';
import type { NormalRule, PortCondition } from './normal-policy.ts';
import type { NamedPort } from './policy-input.ts';
import type { PortMatch } from './policy-state.ts';

/** One protocol with the destination ports that a rule wants of it; neither ranges nor names: any port. */
export interface PortVariant {
  readonly protocol?: number;
  readonly ranges?: PortMatch['ranges'];
  /** Looked up by address. */
  readonly names?: readonly string[];
}

const withPorts = [protocolNumbers.TCP, protocolNumbers.UDP, protocolNumbers.SCTP];

/**
 * Takes the destination ports of a rule apart by protocol: a packet matches one variant at most. Names that ingress rules
 * use stand for ports of the endpoint itself; names it does not have match nothing. A number without a protocol stands
 * for that port of TCP, UDP and SCTP.
 */
export function portVariants(
  rule: NormalRule,
  context: { readonly direction: Direction; readonly ownPorts?: readonly NamedPort[] },
): readonly PortVariant[] {
  const { ports } = rule.destination;
  if (ports === undefined) return protocolsOf(rule, rule.source.ports).map((protocol) => variantOf(protocol));
  const names = ports.flatMap((port) => ('name' in port ? [port.name] : []));
  const numbers = ports.flatMap((port) => ('name' in port ? [] : [port]));
  const own = namesOwnPorts(rule, context.direction) ? context.ownPorts : undefined;
  if (own === undefined) {
    const protocols = protocolsOf(rule, [...ports, ...(rule.source.ports ?? [])]);
    return protocols.map((protocol) => variantOf(protocol, mergeRanges(numbers), names));
  }
  const named = own.filter(({ name, protocol }) => names.includes(name) && (rule.protocol ?? protocol) === protocol);
  const numbered = numbers.length === 0 ? [] : protocolsOf(rule, numbers);
  const protocols = new Set([...numbered, ...named.map(({ protocol }) => protocol)]);
  return [...protocols].sort().map((protocol) => {
    const ranges = named.flatMap((one) => (one.protocol === protocol ? [{ first: one.port, last: one.port }] : []));
    return variantOf(protocol, mergeRanges(numbered.includes(protocol) ? [...numbers, ...ranges] : ranges));
  });
}

function variantOf(
  protocol: number | undefined,
  ranges: PortMatch['ranges'] = [],
  names: readonly string[] = [],
): PortVariant {
  return {
    ...(protocol === undefined ? {} : { protocol }),
    ...(ranges.length === 0 ? {} : { ranges }),
    ...(names.length === 0 ? {} : { names }),
  };
}

/** With a selector the port counts only if the endpoint matches it, which is known by address. */
function namesOwnPorts({ destination }: NormalRule, direction: Direction): boolean {
  return direction === 'ingress' && destination.selector === undefined;
}

/** The names by which ingress rules speak of the endpoint's own ports. */
export function ownPortNames(rules: readonly NormalRule[]): ReadonlySet<string> {
  const ports = rules.flatMap((rule) => (namesOwnPorts(rule, 'ingress') ? (rule.destination.ports ?? []) : []));
  return new Set(ports.flatMap((port) => ('name' in port ? [port.name] : [])));
}

/** The rule's own; without one those that have ports, if ports are asked for by number. */
function protocolsOf({ protocol }: NormalRule, ports: readonly PortCondition[] = []): readonly (number | undefined)[] {
  if (protocol !== undefined) return [protocol];
  return ports.some((port) => !('name' in port)) ? withPorts : [undefined];
}
