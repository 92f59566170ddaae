import { cidrAddress, isSingleAddress } from '../net/cidr.ts';
import type { Family, Ip } from '../net/ip.ts';
import type { RuleContext } from './compile-context.ts';
import { compileEnd, endInNets, netsOf, openNamedPort } from './compile-end.ts';
import { longestFolded, type RuleList } from './compile-list.ts';
import type { EndDraft, MatchDraft } from './compile-match.ts';
import { type PortVariant, portVariants } from './compile-ports.ts';
import type { Direction } from './direction.ts';
import type { ListSpec } from './list-spec.ts';
import type { NormalEntity, NormalRule } from './normal-policy.ts';

/** A rule, or a share of it: what matches any of a rule's parts matches the rule. */
export type RulePart = FoldPart | StepPart;

/** Becomes entries of a fold: one for each peer address and port. */
export interface FoldPart {
  readonly kind: 'fold';
  readonly family?: Family;
  readonly protocol?: number;
  /** Destination ports; only with a protocol. */
  readonly ports?: readonly number[];
  readonly peers: PartPeers;
}

/** The addresses at the other end. */
export type PartPeers =
  /** All of both families; with ports only. */
  | { readonly kind: 'any' }
  | { readonly kind: 'addresses'; readonly addresses: readonly Ip[] }
  /** The addresses of a list, without its networks; `withPorts`: each member at its own protocol and port. */
  | { readonly kind: 'list'; readonly list: RuleList; readonly withPorts: boolean };

/** Becomes a rule step. */
export interface StepPart {
  readonly kind: 'step';
  readonly match: MatchDraft;
}

/** More ports than this are no entries each, but ranges of a rule step. */
const mostFoldedPorts = 16;

/** Cuts a rule into parts; none when nothing can match it. */
export function compileRule(rule: NormalRule, context: RuleContext): readonly RulePart[] {
  return portVariants(rule, context).flatMap((variant) =>
    isFoldable(rule, context.direction) ? foldVariant(rule, variant, context) : stepOf(rule, variant, context),
  );
}

/** True when the rule asks for nothing but a peer, a protocol and destination ports. */
function isFoldable(rule: NormalRule, direction: Direction): boolean {
  const { peer, own } = endsOf(rule, direction);
  if (rule.action === 'Log' || rule.icmp || rule.notIcmp || rule.notProtocol !== undefined) return false;
  if (rule.source.ports || rule.source.notPorts || rule.destination.notPorts) return false;
  if (own.nets || own.notNets || own.selector || own.notSelector || own.service) return false;
  if (peer.notSelector || netsOf(peer, rule.family)?.notNets) return false;
  return [peer.nets, peer.selector, peer.service].filter((one) => one !== undefined).length <= 1;
}

function endsOf(rule: NormalRule, direction: Direction): { readonly peer: NormalEntity; readonly own: NormalEntity } {
  const { source, destination } = rule;
  return direction === 'ingress' ? { peer: source, own: destination } : { peer: destination, own: source };
}

function foldVariant(rule: NormalRule, variant: PortVariant, context: RuleContext): readonly RulePart[] {
  const { peer } = endsOf(rule, context.direction);
  const { names, ...unnamed } = variant;
  if (names !== undefined) {
    const { ranges, ...named } = variant;
    return [...foldNames(rule, named, context), ...(ranges ? foldVariant(rule, unnamed, context) : [])];
  }
  const ports = variant.ranges === undefined ? undefined : expand(variant.ranges);
  const tooMany = variant.ranges !== undefined && ports === undefined;
  if (tooMany || (variant.protocol === undefined && ports !== undefined)) return stepOf(rule, variant, context);
  const part = { kind: 'fold', ...familyOf(rule), ...protocolOf(variant), ...(ports && { ports }) } as const;
  if (peer.nets !== undefined) return foldNets(rule, variant, part, context);
  const spec = peerList(peer, ports === undefined);
  if (spec !== undefined) return foldList(rule, variant, part, context, spec);
  if (ports === undefined || rule.family !== undefined) return stepOf(rule, variant, context);
  return [{ ...part, peers: { kind: 'any' } }];
}

/** Ports by name at the far end: those of the endpoints that have them. */
function foldNames(rule: NormalRule, variant: PortVariant, context: RuleContext): readonly RulePart[] {
  const { nets, service } = rule.destination;
  if (context.direction === 'ingress' || nets || service) return stepOf(rule, variant, context);
  const lists = namedPorts(rule, variant, context);
  if (lists.some((list) => list.shape.long)) return stepOf(rule, variant, context);
  return lists.map((list) => ({ kind: 'fold', ...familyOf(rule), peers: { kind: 'list', list, withPorts: true } }));
}

function foldNets(rule: NormalRule, variant: PortVariant, part: PartWithoutPeers, context: RuleContext) {
  const { peer } = endsOf(rule, context.direction);
  const nets = netsOf(peer, rule.family)?.nets ?? [];
  const addresses = nets.filter(isSingleAddress).map(cidrAddress);
  if (addresses.length > longestFolded) return stepOf(rule, variant, context);
  const wide = nets.filter((net) => !isSingleAddress(net));
  const folded: readonly RulePart[] =
    addresses.length === 0 ? [] : [{ ...part, peers: { kind: 'addresses', addresses } }];
  return wide.length === 0 ? folded : [...folded, ...stepOf(rule, variant, context, endInNets(wide, context))];
}

/** A Service stands for its ports, too, unless the rule has others. */
function peerList({ selector, service }: NormalEntity, anyPort: boolean): ListSpec | undefined {
  if (selector !== undefined) return { kind: 'selector', selector };
  return service && { kind: 'service', ...service, withPorts: service.withPorts && anyPort };
}

function foldList(
  rule: NormalRule,
  variant: PortVariant,
  part: PartWithoutPeers,
  context: RuleContext,
  spec: ListSpec,
): readonly RulePart[] {
  const list = context.open(spec);
  if (list.shape.long) return stepOf(rule, variant, context);
  const withPorts = spec.kind === 'service' && spec.withPorts;
  const folded: RulePart = { ...part, peers: { kind: 'list', list, withPorts } };
  if (!list.shape.hasNetworks) return [folded];
  return [folded, ...stepOf(rule, variant, context, { in: [{ list, networksOnly: true }] })];
}

type PartWithoutPeers = Omit<FoldPart, 'peers'>;

/** @param peerEnd in the place of what the rule says of the peer's address */
function stepOf(rule: NormalRule, variant: PortVariant, context: RuleContext, peerEnd?: EndDraft): readonly StepPart[] {
  const ingress = context.direction === 'ingress';
  const asked = { ...context, ...familyOf(rule), ...protocolOf(variant) };
  const source = ingress && peerEnd !== undefined ? peerEnd : compileEnd('source', rule.source, asked);
  const destination = !ingress && peerEnd !== undefined ? peerEnd : compileEnd('destination', rule.destination, asked);
  if (source === undefined || destination === undefined) return [];
  const match: MatchDraft = {
    ...familyOf(rule),
    ...protocolOf(variant),
    ...(rule.notProtocol === undefined ? {} : { notProtocol: rule.notProtocol }),
    ...(rule.icmp && { icmp: rule.icmp }),
    ...(rule.notIcmp && { notIcmp: rule.notIcmp }),
    source,
    destination: { ...destination, ...portsOf(rule, variant, context) },
  };
  return [{ kind: 'step', match }];
}

function portsOf(rule: NormalRule, variant: PortVariant, context: RuleContext): Pick<EndDraft, 'ports'> {
  const { service } = rule.destination;
  if (variant.ranges === undefined && variant.names === undefined) {
    if (!service?.withPorts) return {};
    return { ports: { ranges: [], endpointPorts: [context.open({ kind: 'service', ...service })] } };
  }
  return { ports: { ranges: variant.ranges ?? [], endpointPorts: namedPorts(rule, variant, context) } };
}

function namedPorts(rule: NormalRule, variant: PortVariant, { open }: RuleContext): readonly RuleList[] {
  const { names = [] } = variant;
  return names.map((name) => openNamedPort(name, rule.destination, { open, ...protocolOf(variant) }));
}

function familyOf({ family }: NormalRule): { readonly family?: Family } {
  return family === undefined ? {} : { family };
}

function protocolOf({ protocol }: PortVariant): { readonly protocol?: number } {
  return protocol === undefined ? {} : { protocol };
}

/** Every port of the ranges, sorted; undefined when they are too many. */
function expand(ranges: NonNullable<PortVariant['ranges']>): readonly number[] | undefined {
  const ports = new Set<number>();
  for (const { first, last } of ranges) {
    if (last - first >= mostFoldedPorts) return undefined;
    for (let port = first; port <= last; port++) ports.add(port);
  }
  return ports.size > mostFoldedPorts ? undefined : [...ports].sort((a, b) => a - b);
}
