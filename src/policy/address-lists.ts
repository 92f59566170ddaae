import { equalLabels } from '../selector/equal-labels.ts';
import { LabelIndex } from '../selector/label-index.ts';
import type { Labels } from '../selector/selector.ts';
import { type LabelGroup, LabelGroups } from './label-groups.ts';
import { ListClaims, type MemberChange, type SourceChange } from './list-claims.ts';
import { type ListListener, type ListMember, memberKey } from './list-member.ts';
import { endpointSource, equalSources, type ListSource, membersOf, networkSetSource } from './list-source.ts';
import { formatListSpec, type ListSpec } from './list-spec.ts';
import type { PolicyChange, PolicyEndpoint, PolicyNetworkSet, ServiceBackend } from './policy-input.ts';

/** A list that somebody follows. */
export interface ListSubscription {
  /** What the list is, for people. */
  readonly comment: string;
  /** What it holds now; the listener hears what changes from then on. */
  members(): Iterable<ListMember>;
  close(): void;
}

/**
 * The address lists that rules ask for, kept up to date at the cost of what changes. Lists exist while somebody follows
 * them; equal specs share one. Two sources may have one address: it is one member, with the first one's name.
 *
 * Listeners are called before `apply` returns, when everything already is as it will be; they must not call `apply`.
 */
export class AddressLists {
  readonly #onLabels: (endpointKey: string) => void;
  readonly #groups = new LabelGroups<ListSource>();
  readonly #endpoints = new Map<string, ListSource>();
  readonly #networkSets = new Map<string, ListSource>();
  readonly #services = new Map<string, readonly ServiceBackend[]>();
  /** By text of the spec. */
  readonly #lists = new Map<string, AddressList>();
  readonly #index = new LabelIndex<LabelGroup<ListSource>, AddressList>();
  readonly #claims = new ListClaims<AddressList>((list, group) => this.#index.matches(list, group));

  /** @param onLabels hears the keys of endpoints that come, go, or have other effective labels */
  constructor(onLabels: (endpointKey: string) => void = () => {}) {
    this.#onLabels = onLabels;
  }

  /** Follows a change of endpoints, network sets, namespaces, service accounts or services; others change nothing here. */
  apply(change: PolicyChange): void {
    switch (change.kind) {
      case 'endpoint':
        this.#setEndpoint(change.key, change.value);
        break;
      case 'network-set':
        this.#setNetworkSet(change.key, change.value);
        break;
      case 'namespace':
        this.#regroup(this.#groups.setNamespace(change.key, change.value?.labels));
        break;
      case 'service-account':
        this.#regroup(this.#groups.setServiceAccount(change.key, change.value?.labels));
        break;
      case 'service':
        this.#setService(change.key, change.value ?? []);
        break;
    }
  }

  /** What selectors see of an endpoint: own and inherited labels. */
  labelsOf(endpointKey: string): Labels | undefined {
    return this.#endpoints.get(endpointKey)?.group.effective;
  }

  endpoint(key: string): PolicyEndpoint | undefined {
    const source = this.#endpoints.get(key);
    if (source === undefined) return undefined;
    const { own, namespace, serviceAccount } = source.group;
    return {
      labels: own,
      ...(namespace === undefined ? {} : { namespace }),
      ...(serviceAccount === undefined ? {} : { serviceAccount }),
      addresses: source.addresses,
      ports: source.ports,
    };
  }

  /** How many different lists somebody follows. */
  get size(): number {
    return this.#lists.size;
  }

  subscribe(spec: ListSpec, listener: ListListener): ListSubscription {
    const text = formatListSpec(spec);
    const list = this.#lists.get(text) ?? this.#open(text, spec);
    // Somebody may follow one list twice with one listener.
    const follower = {
      added: (one: ListMember) => listener.added(one),
      removed: (one: ListMember) => listener.removed(one),
    };
    list.followers.add(follower);
    return {
      comment: text,
      members: () => this.#membersOf(list),
      close: () => {
        list.followers.delete(follower);
        if (list.followers.size > 0 || this.#lists.get(text) !== list) return;
        this.#lists.delete(text);
        this.#index.deleteSelector(list);
      },
    };
  }

  #open(text: string, spec: ListSpec): AddressList {
    const list: AddressList = { spec, followers: new Set() };
    this.#lists.set(text, list);
    if (spec.kind !== 'service') this.#index.setSelector(list, spec.selector ?? { kind: 'all' });
    return list;
  }

  *#membersOf(list: AddressList): Iterable<ListMember> {
    if (list.spec.kind === 'service') {
      yield* serviceMembers(
        list.spec.withPorts,
        this.#services.get(`${list.spec.namespace}/${list.spec.name}`),
      ).values();
      return;
    }
    for (const group of this.#index.itemsOf(list)) {
      for (const source of group.members) {
        for (const member of membersOf(source, list.spec)) {
          if (this.#claims.isFirst(list, source, member)) yield member;
        }
      }
    }
  }

  #setEndpoint(key: string, value: PolicyEndpoint | undefined): void {
    const before = this.#endpoints.get(key);
    const labels = before?.group.effective;
    const after = value && endpointSource(key, this.#groups.groupOf(value), value);
    this.#replace(this.#endpoints, before, after);
    const now = after?.group.effective;
    if (labels === now || (labels !== undefined && now !== undefined && equalLabels(labels, now))) return;
    this.#onLabels(key);
  }

  #setNetworkSet(key: string, value: PolicyNetworkSet | undefined): void {
    const after = value && networkSetSource(key, this.#groups.groupOf(value), value);
    this.#replace(this.#networkSets, this.#networkSets.get(key), after);
  }

  #replace(sources: Map<string, ListSource>, before: ListSource | undefined, after: ListSource | undefined): void {
    if (before === undefined && after === undefined) return;
    if (before !== undefined && after !== undefined && equalSources(before, after)) return;
    const listsBefore = this.#listsOf(before?.group);
    if (after !== undefined) {
      sources.set(after.key, after);
      this.#groups.add(after.group, after);
      this.#index.setItem(after.group, after.group.effective);
    }
    if (before !== undefined) {
      if (after === undefined) sources.delete(before.key);
      if (this.#groups.remove(before.group, before)) this.#index.deleteItem(before.group);
    }
    this.#claims.move({ before, after });
    const listsAfter = before?.group === after?.group ? listsBefore : this.#listsOf(after?.group);
    this.#tell([{ before, after }], listsBefore, listsAfter);
  }

  /** Gives groups the labels that they inherit by now. */
  #regroup(groups: readonly LabelGroup<ListSource>[]): void {
    for (const group of groups) {
      const labels = group.effective;
      this.#groups.refresh(group);
      if (equalLabels(labels, group.effective)) continue;
      const listsBefore = this.#listsOf(group);
      this.#index.setItem(group, group.effective);
      const changes = [...group.members].map((source) => ({ before: source, after: source }));
      this.#tell(changes, listsBefore, this.#listsOf(group));
      for (const { before } of changes) if (before.kind === 'endpoint') this.#onLabels(before.key);
    }
  }

  #listsOf(group: LabelGroup<ListSource> | undefined): ReadonlySet<AddressList> {
    return new Set(group === undefined ? [] : this.#index.selectorsOf(group));
  }

  #tell(changes: readonly SourceChange[], before: ReadonlySet<AddressList>, after: ReadonlySet<AddressList>): void {
    const unmoved = changes.every((change) => change.before === change.after);
    for (const list of before.union(after)) {
      const [was, is] = [before.has(list), after.has(list)];
      if (was && is && unmoved) continue;
      for (const change of this.#claims.changesOf(list, changes, was, is)) tellFollowers(list, change);
    }
  }

  #setService(key: string, backends: readonly ServiceBackend[]): void {
    const old = this.#services.get(key);
    if (backends.length === 0) this.#services.delete(key);
    else this.#services.set(key, backends);
    const [namespace = '', name = ''] = key.split('/');
    for (const withPorts of [true, false]) {
      const list = this.#lists.get(formatListSpec({ kind: 'service', namespace, name, withPorts }));
      if (list === undefined) continue;
      const before = serviceMembers(withPorts, old);
      const after = serviceMembers(withPorts, backends);
      for (const [member, added] of after) if (!before.has(member)) tellFollowers(list, { added });
      for (const [member, removed] of before) if (!after.has(member)) tellFollowers(list, { removed });
    }
  }
}

interface AddressList {
  readonly spec: ListSpec;
  readonly followers: Set<ListListener>;
}

function tellFollowers({ followers }: AddressList, { removed, added }: MemberChange): void {
  for (const follower of followers) {
    if (removed !== undefined) follower.removed(removed);
    if (added !== undefined) follower.added(added);
  }
}

function serviceMembers(withPorts: boolean, backends: readonly ServiceBackend[] = []): Map<string, ListMember> {
  const members = backends.map(({ address, protocol, port }) =>
    withPorts ? { address, protocol, port } : { address },
  );
  return new Map(members.map((member) => [memberKey(member), member]));
}
