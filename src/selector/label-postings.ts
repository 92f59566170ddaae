import { type SmallSet, sizeOf, withItem, withoutItem } from '../base/small-set.ts';
import type { LabelRestriction } from './label-restrictions.ts';
import type { Labels } from './selector.ts';

/** Items by the labels and values they have: finds those that a selector may match without looking at the others. */
export class LabelPostings<Item> {
  readonly #byLabel = new Map<string, Posting<Item>>();

  /** Follows one item from its earlier labels to its new ones; `undefined`: it was not there, it is no more. */
  move(item: Item, before: Labels | undefined, after: Labels | undefined): void {
    for (const label in before) if (ownValue(after, label) !== before[label]) this.#remove(item, label, before[label]);
    for (const label in after) if (ownValue(before, label) !== after[label]) this.#add(item, label, after[label]);
  }

  /** How many items keep to the restriction at most. */
  count(label: string, { mustHaveOneOfValues }: LabelRestriction): number {
    const posting = this.#byLabel.get(label);
    if (posting === undefined) return 0;
    if (mustHaveOneOfValues === undefined) return posting.count;
    return mustHaveOneOfValues.reduce((sum, value) => sum + sizeOf(posting.byValue.get(value)), 0);
  }

  /** Items that have the label, with one of the values where the restriction names any. */
  *items(label: string, { mustHaveOneOfValues }: LabelRestriction): Iterable<Item> {
    const { byValue } = this.#byLabel.get(label) ?? {};
    for (const value of mustHaveOneOfValues ?? byValue?.keys() ?? []) yield* byValue?.get(value) ?? [];
  }

  #add(item: Item, label: string, value = ''): void {
    let posting = this.#byLabel.get(label);
    if (posting === undefined) {
      posting = { count: 0, byValue: new Map() };
      this.#byLabel.set(label, posting);
    }
    posting.count++;
    posting.byValue.set(value, withItem(posting.byValue.get(value), item));
  }

  #remove(item: Item, label: string, value = ''): void {
    const posting = this.#byLabel.get(label);
    if (posting === undefined) return;
    const items = withoutItem(posting.byValue.get(value), item);
    if (items === undefined) posting.byValue.delete(value);
    else posting.byValue.set(value, items);
    if (--posting.count === 0) this.#byLabel.delete(label);
  }
}

interface Posting<Item> {
  /** Items that have the label. */
  count: number;
  readonly byValue: Map<string, SmallSet<Item>>;
}

// Own properties only: a label may be called `constructor`.
function ownValue(labels: Labels | undefined, label: string): string | undefined {
  return labels !== undefined && Object.hasOwn(labels, label) ? labels[label] : undefined;
}
