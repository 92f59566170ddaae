import { hash } from 'node:crypto';
import { addTo, deleteFrom } from '../base/map-of-sets.ts';
import { type SmallSet, withItem, withoutItem } from '../base/small-set.ts';
import type { Labels } from '../selector/selector.ts';
import { effectiveLabels } from './effective-labels.ts';

/** What has labels: an endpoint or a network set. */
export interface LabelOwner {
  readonly labels: Labels;
  readonly namespace?: string;
  readonly serviceAccount?: string;
}

/** All that have the same labels of their own and inherit from the same: selectors are matched once for all of them. */
export interface LabelGroup<Member> {
  /** Of own labels, namespace and account. */
  readonly key: string;
  readonly own: Labels;
  readonly namespace?: string;
  readonly serviceAccount?: string;
  /** With the inherited ones. */
  readonly effective: Labels;
  readonly members: Iterable<Member>;
}

/**
 * The groups of everything that has labels, and what they inherit. Most pods of a cluster are replicas of each other, so
 * there are far fewer groups than pods.
 */
export class LabelGroups<Member> {
  readonly #groups = new Map<string, MutableGroup<Member>>();
  readonly #byNamespace = new Map<string, Set<MutableGroup<Member>>>();
  readonly #namespaces = new Map<string, Labels>();
  readonly #accounts = new Map<string, Labels>();

  /** The group of such owners; a new one when there is none yet. */
  groupOf({ labels: own, namespace, serviceAccount }: LabelOwner): LabelGroup<Member> {
    const key = keyOf(own, namespace, serviceAccount);
    const known = this.#groups.get(key);
    if (known !== undefined) return known;
    const group: MutableGroup<Member> = {
      key,
      own,
      ...(namespace === undefined ? {} : { namespace }),
      ...(serviceAccount === undefined ? {} : { serviceAccount }),
      effective: this.#effective(own, namespace, serviceAccount),
      members: [],
    };
    this.#groups.set(key, group);
    if (namespace !== undefined) addTo(this.#byNamespace, namespace, group);
    return group;
  }

  add(group: LabelGroup<Member>, member: Member): void {
    const mutable = this.#groups.get(group.key);
    if (mutable !== undefined) mutable.members = withItem(mutable.members, member);
  }

  /** Takes a member away, and the group with the last one: true when that has happened. */
  remove(group: LabelGroup<Member>, member: Member): boolean {
    const mutable = this.#groups.get(group.key);
    if (mutable === undefined) return false;
    const rest = withoutItem(mutable.members, member);
    mutable.members = rest ?? [];
    if (rest !== undefined) return false;
    this.#groups.delete(group.key);
    if (group.namespace !== undefined) deleteFrom(this.#byNamespace, group.namespace, mutable);
    return true;
  }

  /** Labels that a namespace gives; the groups that may have other labels once they are refreshed. */
  setNamespace(namespace: string, labels: Labels | undefined): LabelGroup<Member>[] {
    if (labels === undefined) this.#namespaces.delete(namespace);
    else this.#namespaces.set(namespace, labels);
    return [...(this.#byNamespace.get(namespace) ?? [])];
  }

  /** As {@link setNamespace}, for a service account by `NAMESPACE/NAME`. */
  setServiceAccount(key: string, labels: Labels | undefined): LabelGroup<Member>[] {
    if (labels === undefined) this.#accounts.delete(key);
    else this.#accounts.set(key, labels);
    const [namespace = '', account] = key.split('/');
    const groups = this.#byNamespace.get(namespace) ?? [];
    return [...groups].filter(({ serviceAccount }) => serviceAccount === account);
  }

  /** Gives the group the labels it has by now. */
  refresh({ key }: LabelGroup<Member>): void {
    const group = this.#groups.get(key);
    if (group !== undefined) group.effective = this.#effective(group.own, group.namespace, group.serviceAccount);
  }

  #effective(own: Labels, namespace: string | undefined, account: string | undefined): Labels {
    if (namespace === undefined) return own;
    const inherited = account === undefined ? undefined : this.#accounts.get(`${namespace}/${account}`);
    return effectiveLabels(own, this.#namespaces.get(namespace), inherited);
  }
}

interface MutableGroup<Member> extends LabelGroup<Member> {
  effective: Labels;
  members: SmallSet<Member>;
}

function keyOf(own: Labels, namespace: string | undefined, account: string | undefined): string {
  const parts = [namespace, account];
  for (const label of Object.keys(own).sort()) parts.push(label, own[label]);
  // The text itself would be most of what is kept of a pod with labels of its own.
  return hash('sha256', JSON.stringify(parts), 'base64url');
}
