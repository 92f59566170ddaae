import { cidrFamily } from '../net/cidr.ts';
import { type Family, ipFamily } from '../net/ip.ts';
import type { RuleList, RuleLists } from './compile-list.ts';
import type { ListUse } from './compile-match.ts';
import { DisjointNetworks } from './disjoint-networks.ts';
import type { ListListener, ListMember } from './list-member.ts';
import { listEntryKey, type NetworkList } from './policy-state.ts';
import type { WalkIds } from './walk-ids.ts';
import type { WalkJournals } from './walk-journals.ts';

/** The lists that rule steps look up: each has an id, and its members are in the collections, as long as it is used. */
export class WalkLists {
  readonly #lists: RuleLists;
  readonly #ids: WalkIds;
  readonly #journals: WalkJournals;
  readonly #published = new Map<RuleList, PublishedList>();
  #networks: ReadonlyMap<number, NetworkList> = new Map();

  constructor(lists: RuleLists, ids: WalkIds, journals: WalkJournals) {
    this.#lists = lists;
    this.#ids = ids;
    this.#journals = journals;
  }

  /** The id of the list, or undefined when there is none left. To be closed with an equal use. */
  open({ list, networksOnly }: ListUse): number | undefined {
    const published = this.#published.get(list) ?? this.#publish(list);
    published?.open(networksOnly);
    return published?.id;
  }

  close({ list, networksOnly }: ListUse): void {
    const published = this.#published.get(list);
    if (published === undefined || published.close(networksOnly) > 0) return;
    published.end();
    this.#published.delete(list);
    this.#ids.free(published.id);
    this.#lists.close(list);
  }

  /** Those that have networks, by id; the same object while nothing changes. */
  networks(): ReadonlyMap<number, NetworkList> {
    const now = [...this.#published.values()]
      .map((published) => published.networks())
      .filter((list) => list !== undefined)
      .sort((a, b) => a.id - b.id);
    const same = now.length === this.#networks.size && now.every((list) => this.#networks.get(list.id) === list);
    if (!same) this.#networks = new Map(now.map((list) => [list.id, list]));
    return this.#networks;
  }

  #publish(list: RuleList): PublishedList | undefined {
    const id = this.#ids.take(`list ${list.key}`);
    if (id === undefined) return undefined;
    const published = new PublishedList(id, this.#lists.share(list), this.#journals);
    this.#published.set(list, published);
    return published;
  }
}

class PublishedList implements ListListener {
  readonly id: number;
  readonly #list: RuleList;
  readonly #journals: WalkJournals;
  readonly #nets: Record<Family, DisjointNetworks> = { 4: new DisjointNetworks(), 6: new DisjointNetworks() };
  #users = 0;
  /** Those that need the addresses, too. */
  #addressUsers = 0;
  #networks: NetworkList | undefined;

  constructor(id: number, list: RuleList, journals: WalkJournals) {
    this.id = id;
    this.#list = list;
    this.#journals = journals;
    list.follow(this);
  }

  open(networksOnly: boolean): void {
    this.#users++;
    if (!networksOnly && ++this.#addressUsers === 1) this.#writeAddresses(true);
  }

  /** How many are left. */
  close(networksOnly: boolean): number {
    if (!networksOnly && --this.#addressUsers === 0) this.#writeAddresses(false);
    return --this.#users;
  }

  end(): void {
    this.#list.unfollow(this);
  }

  added(member: ListMember): void {
    if ('net' in member) this.#nets[cidrFamily(member.net)].add(member.net);
    else if (this.#addressUsers > 0) this.#write(member, true);
  }

  removed(member: ListMember): void {
    if ('net' in member) this.#nets[cidrFamily(member.net)].delete(member.net);
    else if (this.#addressUsers > 0) this.#write(member, false);
  }

  networks(): NetworkList | undefined {
    const nets = { 4: this.#nets[4].snapshot(), 6: this.#nets[6].snapshot() };
    if (nets[4].size + nets[6].size === 0) this.#networks = undefined;
    else if (this.#networks?.nets[4] !== nets[4] || this.#networks.nets[6] !== nets[6]) {
      this.#networks = { id: this.id, comment: this.#list.key, nets };
    }
    return this.#networks;
  }

  #writeAddresses(there: boolean): void {
    for (const member of this.#list.members()) if (!('net' in member)) this.#write(member, there);
  }

  #write(member: Exclude<ListMember, { net: unknown }>, there: boolean): void {
    const { address, protocol, port, comment } = member;
    const { addresses, endpointPorts } = this.#journals;
    const family = ipFamily(address);
    const entry = { id: this.id, address, ...(comment === undefined ? {} : { comment }) };
    const withPort = protocol !== undefined && port !== undefined;
    if (!there) (withPort ? endpointPorts : addresses)[family].delete(listEntryKey(this.id, member));
    else if (withPort) endpointPorts[family].set({ ...entry, protocol, port });
    else addresses[family].set(entry);
  }
}
