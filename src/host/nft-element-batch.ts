import { errorText, WeftError } from '../base/errors.ts';
import { changeElements, type ElementChange, type NftTableName } from './nft-elements.ts';

/** Of transactions that look for bad elements: a dozen of these among 100,000 are found with as many. */
const maxTries = 400;

type Element = NonNullable<ElementChange['add']>[number];

/** One element that goes or comes. */
interface Single {
  readonly set: ElementChange['set'];
  readonly remove: readonly Element[];
  readonly add: readonly Element[];
}

/**
 * Changes elements as one transaction; when that is refused, as many as possible, so that one bad element cannot keep all
 * others out for ever. What could not be done is named by the error, and is tried again by whoever calls again.
 *
 * @throws WeftError HOST_NFT_ELEMENTS when some of it could not be done
 */
export function changeElementsApart(table: NftTableName, changes: readonly ElementChange[]): void {
  try {
    changeElements(table, changes);
  } catch {
    const refused = applyHalves(table, changes.flatMap(singles));
    if (refused.length === 0) return;
    const [first] = refused;
    const more = refused.length === 1 ? '' : ` and ${refused.length - 1} more`;
    const what = `element "${first?.element}" of "${first?.set}"${more} in table "${table.family} ${table.name}"`;
    throw new WeftError('HOST_NFT_ELEMENTS', `Cannot change ${what}: ${first?.reason}; the others were changed`);
  }
}

interface Refused {
  readonly set: string;
  readonly element: string;
  readonly reason: string;
}

/** A value that is replaced goes and comes in one piece. */
function singles({ set, add = [], remove = [] }: ElementChange): Single[] {
  const byKey = new Map<string, { remove: Element[]; add: Element[] }>();
  const of = (element: Element) => {
    const key = element.key.join(' . ');
    const known = byKey.get(key) ?? { remove: [], add: [] };
    byKey.set(key, known);
    return known;
  };
  for (const element of remove) of(element).remove.push(element);
  for (const element of add) of(element).add.push(element);
  return [...byKey.values()].map((change) => ({ set, ...change }));
}

/** Few bad ones among many are found with few transactions; what is left when those are used up counts as refused. */
function applyHalves(table: NftTableName, changes: readonly Single[], tries = { left: maxTries }): readonly Refused[] {
  if (tries.left-- <= 0) return changes.map((change) => refusal(change, `not tried after ${maxTries} others`));
  try {
    changeElements(table, changes);
    return [];
  } catch (error) {
    const [only] = changes;
    if (changes.length === 1 && only !== undefined) return [refusal(only, errorText(error))];
    const middle = changes.length >> 1;
    const halves = [changes.slice(0, middle), changes.slice(middle)];
    return halves.flatMap((half) => applyHalves(table, half, tries));
  }
}

function refusal({ set, add, remove }: Single, reason: string): Refused {
  return { set: set.name, element: (add[0] ?? remove[0])?.key.join(' . ') ?? '', reason };
}
