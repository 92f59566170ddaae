import { type Cidr, cidrFamily } from '../net/cidr.ts';
import type { Family } from '../net/ip.ts';
import { protocolNumbers } from '../net/protocol.ts';
import type { IcmpCondition } from '../policy/normal-policy.ts';
import type { EndMatch, PortMatch, RuleMatch } from '../policy/policy-state.ts';
import type { NamedSets } from './named-sets.ts';
import { listKey } from './policy-key.ts';
import { collectionNames } from './policy-sets.ts';

/** A rule's match in the nft language, for packets of one family or of both: all of `all`, none of `none`, one of each. */
export interface Conditions {
  /** Absent: for both. */
  readonly family?: Family;
  readonly all: readonly string[];
  readonly none: readonly Exclusion[];
  /** Alternatives: at least one of every list must hold. */
  readonly oneOf: readonly (readonly string[])[];
}

/** A condition that must not hold, and the same thing said the other way round. */
export interface Exclusion {
  readonly holds: string;
  readonly fails: string;
}

/** What conditions depend on besides the match: which lists have a named set, too. */
export interface MatchContext extends Pick<NamedSets, 'networksOf' | 'portSetOf'> {
  /** Whether any list has addresses of this family: otherwise nobody need look. */
  readonly hasAddresses: (family: Family) => boolean;
  readonly hasEndpointPorts: (family: Family) => boolean;
}

/** The match as conditions, for each family that it can match. */
export function conditionsOf(match: RuleMatch, context: MatchContext): readonly Conditions[] {
  if (match.family === undefined && !needsFamily(match)) return forFamily(match, undefined, context);
  const families = match.family === undefined ? ([4, 6] as const) : [match.family];
  return families.flatMap((family) => forFamily(match, family, context));
}

/** What is gathered while a match is read; `impossible` when no packet of the family can match. */
interface Draft {
  readonly all: string[];
  readonly none: Exclusion[];
  readonly oneOf: string[][];
  impossible: boolean;
}

function needsFamily({ icmp, notIcmp, source, destination }: RuleMatch): boolean {
  return icmp !== undefined || notIcmp !== undefined || [source, destination].some(endNeedsFamily);
}

function endNeedsFamily({ nets, notNets, in: within, notIn, ports, notPorts }: EndMatch): boolean {
  const lists = [nets, notNets, within, notIn, ports?.endpointPorts, notPorts?.endpointPorts];
  return lists.some((list) => list !== undefined && list.length > 0);
}

function forFamily(match: RuleMatch, family: Family | undefined, context: MatchContext): readonly Conditions[] {
  const draft: Draft = { all: [], none: [], oneOf: [], impossible: false };
  addProtocol(draft, match);
  if (family !== undefined) addIcmp(draft, match, family);
  for (const end of ['source', 'destination'] as const) addPorts(draft, match, { end, family, context });
  if (family !== undefined) {
    for (const end of ['source', 'destination'] as const) addAddresses(draft, match[end], { end, family, context });
  }
  const { impossible, ...conditions } = draft;
  if (impossible || conditions.oneOf.some((alternatives) => alternatives.length === 0)) return [];
  return [family === undefined ? conditions : { family, ...conditions }];
}

/** Those whose ports have a word of their own, which asks for the protocol, too. */
const portWords: Readonly<Record<number, string>> = { 6: 'tcp', 17: 'udp', 132: 'sctp' };

function addProtocol(draft: Draft, { protocol, notProtocol, icmp, source, destination }: RuleMatch): void {
  const told = [source.ports, destination.ports].some(
    (ports) => ports !== undefined && ports.endpointPorts.length === 0,
  );
  const implied = icmp?.type !== undefined || (told && protocol !== undefined && protocol in portWords);
  if (protocol !== undefined && !implied) draft.all.push(`meta l4proto ${protocol}`);
  if (notProtocol !== undefined) draft.all.push(`meta l4proto != ${notProtocol}`);
}

function addIcmp(draft: Draft, { protocol, icmp, notIcmp }: RuleMatch, family: Family): void {
  const number = family === 4 ? protocolNumbers.ICMP : protocolNumbers.ICMPv6;
  const isIcmp = protocol === number;
  const canBe = protocol === undefined || isIcmp;
  const word = family === 4 ? 'icmp' : 'icmpv6';
  if (icmp !== undefined) {
    if (!canBe) draft.impossible = true;
    else draft.all.push(...icmpTexts(word, icmp, isIcmp ? [] : [`meta l4proto ${number}`]));
  }
  // What is of another protocol is no such message.
  if (notIcmp !== undefined && canBe) {
    add(draft, [...(isIcmp ? [] : [`meta l4proto != ${number}`]), ...otherIcmpTexts(word, notIcmp)]);
  }
}

function icmpTexts(word: string, { type, code }: IcmpCondition, any: readonly string[]): readonly string[] {
  if (type === undefined) return any;
  return code === undefined ? [`${word} type ${type}`] : [`${word} type ${type}`, `${word} code ${code}`];
}

/** The ways in which a message can be another one. */
function otherIcmpTexts(word: string, { type, code }: IcmpCondition): readonly string[] {
  if (type === undefined) return [];
  const otherType = `${word} type != ${type}`;
  return code === undefined ? [otherType] : [otherType, `${word} type ${type} ${word} code != ${code}`];
}

/** Which end of the packet, of which family, in what context. */
interface At {
  readonly end: 'source' | 'destination';
  readonly family: Family | undefined;
  readonly context: MatchContext;
}

function addPorts(draft: Draft, match: RuleMatch, at: At): void {
  const { ports, notPorts } = match[at.end];
  const word = `${portWords[match.protocol ?? 0] ?? 'th'} ${at.end === 'source' ? 'sport' : 'dport'}`;
  if (ports !== undefined) add(draft, [...rangeTexts(word, ports, at), ...listedPorts(ports, at)]);
  if (notPorts === undefined) return;
  const excluded = [...rangeTexts(word, notPorts, at), ...listedPorts(notPorts, at)];
  draft.none.push(...excluded.map((holds) => ({ holds, fails: negated(holds) })));
}

function rangeTexts(word: string, { ranges }: PortMatch, { context }: At): readonly string[] {
  if (ranges.length === 0) return [];
  const set = context.portSetOf(ranges);
  if (set !== undefined) return [`${word} @${set}`];
  return ranges.map(({ first, last }) => `${word} ${first === last ? first : `${first}-${last}`}`);
}

function listedPorts({ endpointPorts }: PortMatch, { end, family, context }: At): readonly string[] {
  if (family === undefined || !context.hasEndpointPorts(family)) return [];
  const address = addressWord(end, family);
  const port = end === 'source' ? 'th sport' : 'th dport';
  const set = collectionNames.endpointPorts(family);
  return endpointPorts.map((id) => `${listKey.id(id)} . ${address} . meta l4proto . ${port} @${set}`);
}

function addAddresses(draft: Draft, match: EndMatch, at: At & { readonly family: Family }): void {
  const word = addressWord(at.end, at.family);
  const texts = (cidrs: readonly Cidr[]) =>
    cidrs.filter((cidr) => cidrFamily(cidr) === at.family).map((cidr) => `${word} ${cidr}`);
  if (match.nets !== undefined) add(draft, texts(match.nets));
  for (const id of match.in ?? []) add(draft, listTexts(id, word, at));
  const excluded = [...texts(match.notNets ?? []), ...(match.notIn ?? []).flatMap((id) => listTexts(id, word, at))];
  draft.none.push(...excluded.map((holds) => ({ holds, fails: negated(holds) })));
}

/** How an address can be in a list. */
function listTexts(id: number, word: string, { family, context }: At & { readonly family: Family }): readonly string[] {
  const networks = context.networksOf(id, family);
  const inNetworks =
    networks === 'set'
      ? [`${word} @${collectionNames.networks(id, family)}`]
      : (networks ?? []).map((cidr) => `${word} ${cidr}`);
  if (!context.hasAddresses(family)) return inNetworks;
  const set = collectionNames.addresses(family);
  return [`${listKey.id(id)} . ${word} @${set}`, ...inNetworks];
}

/** One of these must hold; a single one is no alternative. */
function add(draft: Draft, alternatives: readonly string[]): void {
  const [only, second] = alternatives;
  if (only !== undefined && second === undefined) draft.all.push(only);
  else draft.oneOf.push([...alternatives]);
}

function addressWord(end: At['end'], family: Family): string {
  return `${family === 4 ? 'ip' : 'ip6'} ${end === 'source' ? 'saddr' : 'daddr'}`;
}

/** The last word is what is compared with. */
function negated(text: string): string {
  return text.replace(/ (\S+)$/, ' != $1');
}
