import { createHash } from 'node:crypto';
import type { Cidr } from '../net/cidr.ts';
import { cidrAddress, isSingleAddress } from '../net/cidr.ts';
import type { AddressLists, ListSubscription } from './address-lists.ts';
import type { ListListener, ListMember } from './list-member.ts';
import { formatListSpec, type ListSpec } from './list-spec.ts';

/**
 * A longer list is not folded: its entries would be there once for each fold that has it, for every pod whose policies
 * differ. It is looked up as a list of addresses, which all rules share, at the price of one rule per packet (0.1 us). A
 * list that has been long is short again at half of that.
 */
export const longestFolded = 256;

/** How a list can be compiled. Rules that use it are compiled again when it changes. */
export interface ListShape {
  readonly hasNetworks: boolean;
  readonly long: boolean;
}

/** The lists that rules of active policies use: one for all that ask for the same. */
export class RuleLists {
  readonly #source: AddressLists;
  readonly #lists = new Map<string, RuleList>();
  readonly #touched = new Set<RuleList>();

  constructor(source: AddressLists) {
    this.#source = source;
  }

  /** The list of a spec, or of networks that stand in a rule. To be closed as often as it is opened. */
  open(spec: ListSpec | readonly Cidr[]): RuleList {
    const key = isSpec(spec) ? formatListSpec(spec) : formatNetworks(spec);
    const list = this.#lists.get(key) ?? this.#make(key, spec);
    list.users++;
    return list;
  }

  /** Opens a list once more. */
  share(list: RuleList): RuleList {
    list.users++;
    return list;
  }

  close(list: RuleList): void {
    if (--list.users > 0) return;
    list.end();
    this.#lists.delete(list.key);
    this.#touched.delete(list);
  }

  /** Lists whose shape is not what it was when this was called last. */
  takeReshaped(): readonly RuleList[] {
    const reshaped = [...this.#touched].filter((list) => list.reshape());
    this.#touched.clear();
    return reshaped;
  }

  #make(key: string, spec: ListSpec | readonly Cidr[]): RuleList {
    const list: RuleList = new RuleList(
      key,
      (listener) => (isSpec(spec) ? this.#source.subscribe(spec, listener) : constantList(spec)),
      () => this.#touched.add(list),
    );
    this.#lists.set(key, list);
    return list;
  }
}

/** One list, with all that follow it. Made and ended by {@link RuleLists}. */
export class RuleList implements ListListener {
  /** Canonical text of what is in it; for people, too. */
  readonly key: string;
  /** How many have it open. */
  users = 0;
  readonly #subscription: Subscription;
  readonly #onTouch: () => void;
  readonly #followers = new Set<ListListener>();
  #networks = 0;
  #addresses = 0;
  #shape: ListShape = { hasNetworks: false, long: false };

  constructor(key: string, subscribe: (self: RuleList) => Subscription, onTouch: () => void) {
    this.key = key;
    this.#onTouch = onTouch;
    this.#subscription = subscribe(this);
    for (const member of this.members()) this.#count(member, 1);
    this.reshape();
  }

  get shape(): ListShape {
    return this.#shape;
  }

  members(): Iterable<ListMember> {
    return this.#subscription.members();
  }

  /** Tells every member now, and every change from now on. */
  follow(follower: ListListener): void {
    this.#followers.add(follower);
    for (const member of this.members()) follower.added(member);
  }

  unfollow(follower: ListListener): void {
    this.#followers.delete(follower);
  }

  added(member: ListMember): void {
    this.#count(member, 1);
    this.#onTouch();
    for (const follower of this.#followers) follower.added(member);
  }

  removed(member: ListMember): void {
    this.#count(member, -1);
    this.#onTouch();
    for (const follower of this.#followers) follower.removed(member);
  }

  /** Sees what shape it has now: true when it is another one. */
  reshape(): boolean {
    const hasNetworks = this.#networks > 0;
    const long = this.#addresses > (this.#shape.long ? longestFolded / 2 : longestFolded);
    if (hasNetworks === this.#shape.hasNetworks && long === this.#shape.long) return false;
    this.#shape = { hasNetworks, long };
    return true;
  }

  end(): void {
    this.#subscription.close();
  }

  #count(member: ListMember, change: 1 | -1): void {
    if ('net' in member) this.#networks += change;
    else this.#addresses += change;
  }
}

type Subscription = Pick<ListSubscription, 'members' | 'close'>;

/** Short ones as they are, long ones by their hash. */
function formatNetworks(nets: readonly Cidr[]): string {
  const text = nets.toSorted().join(' ');
  if (nets.length <= 16) return `networks ${text}`;
  return `${nets.length} networks ${createHash('sha256').update(text).digest('hex').slice(0, 32)}`;
}

function isSpec(spec: ListSpec | readonly Cidr[]): spec is ListSpec {
  return !Array.isArray(spec);
}

function constantList(nets: readonly Cidr[]): Subscription {
  const members = [...new Set(nets)].map((net) => (isSingleAddress(net) ? { address: cidrAddress(net) } : { net }));
  return { members: () => members, close: () => {} };
}
