import { equalLabels } from './equal-labels.ts';
import { formatSelector } from './format-selector.ts';
import { LabelPostings } from './label-postings.ts';
import { type LabelRestriction, labelRestrictions } from './label-restrictions.ts';
import { matchSelector } from './match-selector.ts';
import type { Labels, Selector } from './selector.ts';
import { type SelectorPlace, SelectorPlaces } from './selector-places.ts';

/**
 * Hears once when an item starts or stops matching a selector. The index is not to be changed before it returns.
 */
export type MatchListener<Item, SelectorId> = (selectorId: SelectorId, item: Item, matches: boolean) => void;

/**
 * Which selectors match which items, kept up to date: a changed item costs the selectors that ask for labels it has, a
 * new selector the items that have the label it asks for. Items and selector ids are compared as Map keys are.
 */
export class LabelIndex<Item, SelectorId = string> {
  readonly #onMatch: MatchListener<Item, SelectorId>;
  readonly #labels = new Map<Item, Labels>();
  readonly #postings = new LabelPostings<Item>();
  readonly #selectors = new Map<SelectorId, Entry<Item, SelectorId>>();
  readonly #places = new SelectorPlaces<Entry<Item, SelectorId>>();

  constructor(onMatch: MatchListener<Item, SelectorId> = () => {}) {
    this.#onMatch = onMatch;
  }

  /** Adds a selector, or puts another one in its place: the listener hears of the difference. */
  setSelector(id: SelectorId, selector: Selector): void {
    const before = this.#selectors.get(id);
    if (before !== undefined) {
      if (formatSelector(before.selector) === formatSelector(selector)) return;
      this.#places.remove(before, before.place);
    }
    const restrictions = labelRestrictions(selector);
    const place = this.#places.choose(restrictions, (label, restriction) => this.#postings.count(label, restriction));
    const entry = { id, selector, place, items: new Set<Item>() };
    this.#places.add(entry, place);
    this.#selectors.set(id, entry);
    for (const item of this.#itemsFor(restrictions, place)) {
      if (matchSelector(selector, this.#labels.get(item) ?? {})) entry.items.add(item);
    }
    for (const item of before?.items ?? []) if (!entry.items.has(item)) this.#onMatch(id, item, false);
    for (const item of entry.items) if (!before?.items.has(item)) this.#onMatch(id, item, true);
  }

  deleteSelector(id: SelectorId): void {
    const entry = this.#selectors.get(id);
    if (entry === undefined) return;
    this.#selectors.delete(id);
    this.#places.remove(entry, entry.place);
    for (const item of entry.items) this.#onMatch(id, item, false);
  }

  /** Adds an item, or gives it other labels. Ends of matches are told before beginnings. */
  setItem(item: Item, labels: Labels): void {
    const before = this.#labels.get(item);
    if (before !== undefined && equalLabels(before, labels)) return;
    this.#labels.set(item, labels);
    this.#postings.move(item, before, labels);
    for (const entry of before === undefined ? [] : this.#places.at(before)) {
      if (!entry.items.has(item) || matchSelector(entry.selector, labels)) continue;
      entry.items.delete(item);
      this.#onMatch(entry.id, item, false);
    }
    for (const entry of this.#places.at(labels)) {
      if (entry.items.has(item) || !matchSelector(entry.selector, labels)) continue;
      entry.items.add(item);
      this.#onMatch(entry.id, item, true);
    }
  }

  deleteItem(item: Item): void {
    const labels = this.#labels.get(item);
    if (labels === undefined) return;
    this.#labels.delete(item);
    this.#postings.move(item, labels, undefined);
    for (const entry of this.#places.at(labels)) {
      if (entry.items.delete(item)) this.#onMatch(entry.id, item, false);
    }
  }

  /** True when both are known and the one matches the other. */
  matches(id: SelectorId, item: Item): boolean {
    return this.#selectors.get(id)?.items.has(item) ?? false;
  }

  /** The items that match a selector. */
  itemsOf(id: SelectorId): Iterable<Item> {
    return this.#selectors.get(id)?.items ?? [];
  }

  /** The selectors that match an item. */
  *selectorsOf(item: Item): Iterable<SelectorId> {
    const labels = this.#labels.get(item);
    if (labels === undefined) return;
    for (const entry of this.#places.at(labels)) if (entry.items.has(item)) yield entry.id;
  }

  /** Every item that may match, and as few others as can be told without looking. */
  #itemsFor(restrictions: ReadonlyMap<string, LabelRestriction>, place: SelectorPlace): Iterable<Item> {
    if (place.kind === 'nowhere') return [];
    let fewest = this.#labels.size;
    let items: Iterable<Item> = this.#labels.keys();
    for (const [label, restriction] of restrictions) {
      if (!restriction.mustBePresent) continue;
      const count = this.#postings.count(label, restriction);
      if (count > fewest) continue;
      fewest = count;
      items = this.#postings.items(label, restriction);
    }
    return items;
  }
}

interface Entry<Item, SelectorId> {
  readonly id: SelectorId;
  readonly selector: Selector;
  readonly place: SelectorPlace;
  /** Those that match. */
  readonly items: Set<Item>;
}
