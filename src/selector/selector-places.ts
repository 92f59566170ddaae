import { addTo, deleteFrom } from '../base/map-of-sets.ts';
import type { LabelRestriction } from './label-restrictions.ts';
import type { Labels } from './selector.ts';

/** Where a selector stands: only labels that lead there can satisfy it. */
export type SelectorPlace =
  /** Nothing satisfies it. */
  | { readonly kind: 'nowhere' }
  /** Nothing is known about what satisfies it. */
  | { readonly kind: 'everywhere' }
  | { readonly kind: 'label'; readonly label: string }
  | { readonly kind: 'values'; readonly label: string; readonly values: readonly string[] };

/** Selectors by what they demand: finds those that may match given labels without looking at the others. */
export class SelectorPlaces<Entry> {
  readonly #everywhere = new Set<Entry>();
  readonly #byLabel = new Map<string, LabelPlaces<Entry>>();

  /**
   * The place for a selector at which it is looked at in vain least often: where few items come by, and few selectors
   * stand already, for one update should not have to look at many.
   *
   * @param itemCount how many items keep to a restriction
   */
  choose(
    restrictions: ReadonlyMap<string, LabelRestriction>,
    itemCount: (label: string, restriction: LabelRestriction) => number,
  ): SelectorPlace {
    let best: SelectorPlace = { kind: 'everywhere' };
    let bestCost = Number.POSITIVE_INFINITY;
    for (const [label, restriction] of restrictions) {
      const { mustBePresent, mustBeAbsent, mustHaveOneOfValues: values } = restriction;
      if (values?.length === 0 || (mustBePresent && mustBeAbsent)) return { kind: 'nowhere' };
      if (!mustBePresent) continue;
      // A value says more than the label alone, also while there are no items to count.
      if (values === undefined && best.kind === 'values') continue;
      const cost = (1 + itemCount(label, restriction)) * (1 + this.#crowd(label, values));
      if (cost >= bestCost && !(values !== undefined && best.kind === 'label')) continue;
      best = values === undefined ? { kind: 'label', label } : { kind: 'values', label, values };
      bestCost = cost;
    }
    return best;
  }

  add(entry: Entry, place: SelectorPlace): void {
    if (place.kind === 'everywhere') this.#everywhere.add(entry);
    if (place.kind !== 'label' && place.kind !== 'values') return;
    let places = this.#byLabel.get(place.label);
    if (places === undefined) {
      places = { any: new Set(), byValue: new Map() };
      this.#byLabel.set(place.label, places);
    }
    if (place.kind === 'label') {
      places.any.add(entry);
      return;
    }
    for (const value of place.values) addTo(places.byValue, value, entry);
  }

  /** Takes an entry away from where it was added. */
  remove(entry: Entry, place: SelectorPlace): void {
    if (place.kind === 'everywhere') this.#everywhere.delete(entry);
    if (place.kind !== 'label' && place.kind !== 'values') return;
    const places = this.#byLabel.get(place.label);
    if (places === undefined) return;
    if (place.kind === 'label') places.any.delete(entry);
    for (const value of place.kind === 'values' ? place.values : []) deleteFrom(places.byValue, value, entry);
    if (places.any.size === 0 && places.byValue.size === 0) this.#byLabel.delete(place.label);
  }

  /** Every entry that may match the labels, once. */
  *at(labels: Labels): Iterable<Entry> {
    yield* this.#everywhere;
    for (const label of Object.keys(labels)) {
      const places = this.#byLabel.get(label);
      if (places === undefined) continue;
      yield* places.any;
      yield* places.byValue.get(labels[label] ?? '') ?? [];
    }
  }

  #crowd(label: string, values: readonly string[] | undefined): number {
    const places = this.#byLabel.get(label);
    if (places === undefined) return 0;
    if (values === undefined) return places.any.size;
    return values.reduce((sum, value) => sum + (places.byValue.get(value)?.size ?? 0), 0);
  }
}

interface LabelPlaces<Entry> {
  /** Of selectors that any value may satisfy. */
  readonly any: Set<Entry>;
  readonly byValue: Map<string, Set<Entry>>;
}
