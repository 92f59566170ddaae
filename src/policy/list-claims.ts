import type { LabelGroup } from './label-groups.ts';
import { type ListMember, memberKey } from './list-member.ts';
import { givesMember, type ListSource, membersOf } from './list-source.ts';
import type { ListSpec } from './list-spec.ts';

/** A source that comes (no `before`), goes (no `after`) or becomes another. */
export interface SourceChange {
  readonly before: ListSource | undefined;
  readonly after: ListSource | undefined;
}

/** A member that goes, comes, or (both) has another comment from now on. */
export interface MemberChange {
  readonly removed?: ListMember;
  readonly added?: ListMember;
}

/**
 * Who has which address. A list keeps no members of its own: whether another source still gives an address that one takes
 * away is asked here, and nearly always there is no other.
 */
export class ListClaims<List extends { readonly spec: ListSpec }> {
  readonly #inList: (list: List, group: LabelGroup<ListSource>) => boolean;
  /** By address or network. The array is for the rare second source. */
  readonly #owners = new Map<string, ListSource | readonly ListSource[]>();

  /** @param inList whether a list's selector matches the labels of a group, now */
  constructor(inList: (list: List, group: LabelGroup<ListSource>) => boolean) {
    this.#inList = inList;
  }

  /** Follows a change of a source. */
  move({ before, after }: SourceChange): void {
    const kept = new Set(addressesOf(after));
    for (const address of addressesOf(before)) {
      if (kept.has(address)) continue;
      this.#setOwners(
        address,
        this.#ownersOf(address).filter((owner) => owner !== before),
      );
    }
    if (after === undefined) return;
    for (const address of kept) {
      const owners = this.#owners.get(address);
      if (owners === undefined || owners === before) this.#owners.set(address, after);
      else this.#setOwners(address, [...this.#ownersOf(address).filter((owner) => owner !== before), after]);
    }
  }

  /** True for the one source, of those that give the member to the list, whose name is the member's comment. */
  isFirst(list: List, source: ListSource, member: ListMember): boolean {
    const owners = this.#owners.get(addressOf(member));
    if (owners === undefined || isOne(owners)) return true;
    return owners.every((other) => {
      return other === source || !this.#gives(other, list, member) || compareSources(source, other) < 0;
    });
  }

  /**
   * What a change of sources means for a list. The sources stand for themselves as they are now, and the index knows.
   *
   * @param was whether the list's selector matched the sources before
   * @param is whether it does now
   */
  changesOf(list: List, changes: readonly SourceChange[], was: boolean, is: boolean): MemberChange[] {
    const touched = new Map<string, Touched>();
    const changed = new Set<ListSource>();
    for (const { before, after } of changes) {
      for (const source of [before, after]) if (source !== undefined) changed.add(source);
      const given = membersByKey(was ? before : undefined, list.spec);
      const gives = membersByKey(is ? after : undefined, list.spec);
      for (const [key, member] of given) {
        // What one source alone goes on giving stays as it is, whoever else gives it.
        if (changes.length === 1 && gives.delete(key)) continue;
        const one = touch(touched, key, member);
        one.before = first(one.before, member);
      }
      for (const [key, member] of gives) {
        const one = touch(touched, key, member);
        one.after = first(one.after, member);
      }
    }
    const result: MemberChange[] = [];
    for (const { member, before, after } of touched.values()) {
      const other = this.#firstOther(list, member, changed);
      const [removed, added] = [first(before, other), first(after, other)];
      if (removed?.comment === added?.comment && (removed === undefined) === (added === undefined)) continue;
      result.push({ ...(removed === undefined ? {} : { removed }), ...(added === undefined ? {} : { added }) });
    }
    return result;
  }

  #firstOther(list: List, member: ListMember, changed: ReadonlySet<ListSource>): ListMember | undefined {
    let found: ListMember | undefined;
    for (const owner of this.#ownersOf(addressOf(member))) {
      if (!changed.has(owner) && this.#gives(owner, list, member))
        found = first(found, { ...member, comment: owner.key });
    }
    return found;
  }

  #gives(source: ListSource, list: List, member: ListMember): boolean {
    return this.#inList(list, source.group) && givesMember(source, list.spec, member);
  }

  #ownersOf(address: string): readonly ListSource[] {
    const owners = this.#owners.get(address);
    if (owners === undefined) return [];
    return isOne(owners) ? [owners] : owners;
  }

  #setOwners(address: string, owners: readonly ListSource[]): void {
    const [only] = owners;
    if (only === undefined) this.#owners.delete(address);
    else this.#owners.set(address, owners.length === 1 ? only : owners);
  }
}

interface Touched {
  readonly member: ListMember;
  before: ListMember | undefined;
  after: ListMember | undefined;
}

function isOne(owners: ListSource | readonly ListSource[]): owners is ListSource {
  return !Array.isArray(owners);
}

function touch(touched: Map<string, Touched>, key: string, member: ListMember): Touched {
  let one = touched.get(key);
  if (one === undefined) {
    one = { member, before: undefined, after: undefined };
    touched.set(key, one);
  }
  return one;
}

function membersByKey(source: ListSource | undefined, spec: ListSpec): Map<string, ListMember> {
  const members = source === undefined ? [] : membersOf(source, spec);
  return new Map(members.map((member) => [memberKey(member), member]));
}

function* addressesOf(source: ListSource | undefined): Iterable<string> {
  yield* source?.addresses ?? [];
  yield* source?.nets ?? [];
}

function addressOf(member: ListMember): string {
  return 'net' in member ? member.net : member.address;
}

/** The member whose comment goes first, of one or two that are the same otherwise. */
function first(a: ListMember | undefined, b: ListMember | undefined): ListMember | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return (b.comment ?? '') < (a.comment ?? '') ? b : a;
}

function compareSources(a: ListSource, b: ListSource): number {
  if (a.key !== b.key) return a.key < b.key ? -1 : 1;
  return a.kind < b.kind ? -1 : 1;
}
