import type { JournalSnapshot } from '../base/journal.ts';
import type { MapElement, NftMap, NftSet, SetElement } from './model.ts';

/**
 * Members of a set or map: written out, or one state of a collection that changes all the time. Of the latter, two
 * states tell what differs at the cost of the difference: `after.since(before)`.
 */
export type Elements<E> = readonly E[] | JournalSnapshot<E>;

/** The members one by one, whichever way they are given. */
export function elementsOf(set: NftMap): Iterable<MapElement>;
export function elementsOf(set: NftSet | NftMap): Iterable<SetElement | MapElement>;
export function elementsOf(set: NftSet | NftMap): Iterable<SetElement | MapElement> {
  return set.elements.values();
}

/** How many there are, without reading them. */
export function elementCount({ elements }: NftSet | NftMap): number {
  return 'source' in elements ? elements.size : elements.length;
}
