import { type Ip, ipFamily } from '../net/ip.ts';
import type { RuleList } from './compile-list.ts';
import { formatPart } from './compile-policy.ts';
import type { FoldPart } from './compile-rule.ts';
import type { ListListener, ListMember } from './list-member.ts';
import { type FoldEntry, type FoldLookup, foldKey, type RuleIdentity } from './policy-state.ts';
import type { WalkJournals } from './walk-journals.ts';

/** A part of a rule that is in a fold. */
export interface FoldedPart {
  readonly rule: RuleIdentity;
  readonly part: FoldPart;
}

const lookupOrder: readonly FoldLookup[] = ['peer-port', 'peer-protocol', 'peer', 'port'];

/**
 * Rules of one run as entries of the collections. Where several rules want one entry, the first in order has it; when
 * that one no longer does, the next takes over.
 */
export class Fold {
  readonly id: number;
  readonly lookups: readonly FoldLookup[];
  readonly rules: readonly RuleIdentity[];
  readonly #journals: WalkJournals;
  /** By foldKey: who wants the entry, in order; mostly one. */
  readonly #claims = new Map<string, Claim | readonly Claim[]>();
  readonly #followed: { readonly list: RuleList; readonly follower: ListListener }[] = [];

  /** @param parts in the order of their rules */
  constructor(id: number, parts: readonly FoldedPart[], journals: WalkJournals) {
    this.id = id;
    this.rules = [...new Set(parts.map(({ rule }) => rule))];
    const lookups = new Set(parts.map(({ part }) => lookupOf(part)));
    this.lookups = lookupOrder.filter((lookup) => lookups.has(lookup));
    this.#journals = journals;
    const seen = new Set<string>();
    for (const [position, folded] of parts.entries()) {
      const text = formatPart(folded.part);
      // An equal part before it has every entry that it could have.
      if (!seen.has(text)) this.#begin(position, folded);
      seen.add(text);
    }
  }

  /** Takes all entries away. */
  end(): void {
    for (const { list, follower } of this.#followed) list.unfollow(follower);
    for (const [key, claims] of this.#claims) this.#journals.foldsLike(firstOf(claims).entry).delete(key);
    this.#claims.clear();
  }

  #begin(position: number, folded: FoldedPart): void {
    const { peers } = folded.part;
    if (peers.kind !== 'list') {
      const addresses = peers.kind === 'any' ? [undefined] : peers.addresses;
      for (const peer of addresses) for (const entry of this.#entries(folded, { peer })) this.#add({ position, entry });
      return;
    }
    const entriesOf = (member: ListMember) =>
      'net' in member ? [] : this.#entries(folded, { ...member, peer: member.address }, peers.withPorts);
    const follower: ListListener = {
      added: (member) => {
        for (const entry of entriesOf(member)) this.#add({ position, entry });
      },
      removed: (member) => {
        for (const entry of entriesOf(member)) this.#remove({ position, entry });
      },
    };
    this.#followed.push({ list: peers.list, follower });
    peers.list.follow(follower);
  }

  #entries({ rule, part }: FoldedPart, member: Peer, withPorts = false): readonly FoldEntry[] {
    const { peer, comment } = member;
    if (peer !== undefined && part.family !== undefined && ipFamily(peer) !== part.family) return [];
    const { protocol, ports } = withPorts ? portsOf(part, member) : part;
    if (withPorts && ports === undefined) return [];
    // There are as many entries as peers: copying what is absent, too, would cost as much as all the rest.
    const entry = (port?: number): FoldEntry => {
      const one: { -readonly [K in keyof FoldEntry]: FoldEntry[K] } = { id: this.id, rule };
      if (peer !== undefined) one.peer = peer;
      if (protocol !== undefined) one.protocol = protocol;
      if (port !== undefined) one.port = port;
      if (comment !== undefined) one.comment = comment;
      return one;
    };
    return ports === undefined ? [entry()] : ports.map(entry);
  }

  #add(claim: Claim): void {
    const key = foldKey(claim.entry);
    const before = this.#claims.get(key);
    const claims = before === undefined ? claim : inOrder(listOf(before), claim);
    this.#claims.set(key, claims);
    if (firstOf(claims) === claim) this.#journals.foldsLike(claim.entry).set(claim.entry);
  }

  #remove({ position, entry }: Claim): void {
    const key = foldKey(entry);
    const before = this.#claims.get(key);
    if (before === undefined) return;
    const index = listOf(before).findIndex((claim) => claim.position === position);
    if (index < 0) return;
    const rest = listOf(before).toSpliced(index, 1);
    const [first] = rest;
    if (first === undefined) {
      this.#claims.delete(key);
      this.#journals.foldsLike(entry).delete(key);
      return;
    }
    this.#claims.set(key, rest.length === 1 ? first : rest);
    this.#journals.foldsLike(entry).set(first.entry);
  }
}

interface Claim {
  /** Of the part that makes it. */
  readonly position: number;
  readonly entry: FoldEntry;
}

interface Peer {
  readonly peer: Ip | undefined;
  readonly protocol?: number;
  readonly port?: number;
  readonly comment?: string;
}

/** A member's own port, if the rule's protocol is that of the port. */
function portsOf(part: FoldPart, { protocol, port }: Peer): Pick<FoldPart, 'protocol' | 'ports'> {
  if (protocol === undefined || port === undefined || (part.protocol ?? protocol) !== protocol) return {};
  return { protocol, ports: [port] };
}

function lookupOf({ protocol, ports, peers }: FoldPart): FoldLookup {
  if (peers.kind === 'any') return 'port';
  if (ports !== undefined || (peers.kind === 'list' && peers.withPorts)) return 'peer-port';
  return protocol === undefined ? 'peer' : 'peer-protocol';
}

function firstOf(claims: Claim | readonly Claim[]): Claim {
  return isOne(claims) ? claims : (claims[0] as Claim);
}

/** The claims with one more; rules are mostly added in order. */
function inOrder(claims: readonly Claim[], claim: Claim): readonly Claim[] {
  const after = claims.findIndex(({ position }) => position > claim.position);
  return after < 0 ? [...claims, claim] : claims.toSpliced(after, 0, claim);
}

function listOf(claims: Claim | readonly Claim[]): readonly Claim[] {
  return isOne(claims) ? [claims] : claims;
}

function isOne(claims: Claim | readonly Claim[]): claims is Claim {
  return !Array.isArray(claims);
}
