import type { MapElement, SetElement } from './model.ts';

/** Identity of an element within its set: key parts joined as nft prints them, for a map with its value. */
export function elementKey(element: SetElement | MapElement): string {
  const key = element.key.join(' . ');
  return 'value' in element ? `${key} : ${element.value}` : key;
}
