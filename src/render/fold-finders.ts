import type { Family } from '../net/ip.ts';
import type { Chain } from '../nft/model.ts';
import type { Direction } from '../policy/direction.ts';
import type { FoldLookup, Walk } from '../policy/policy-state.ts';
import { found } from './policy-key.ts';
import { collectionNames } from './policy-sets.ts';

/** A chain that finds folded rules. */
export interface FoldFinder {
  readonly direction: Direction;
  readonly lookups: readonly FoldLookup[];
}

/** `cali-find-in/peer-port/port`. */
export function foldFinderName({ direction, lookups }: FoldFinder): string {
  return `cali-find-${direction === 'ingress' ? 'in' : 'out'}/${order.filter((one) => lookups.includes(one)).join('/')}`;
}

/**
 * The chains that look folds up, one for each combination of lookups that a walk has. Walks share them: every rule that
 * looks in a map makes it dearer for the kernel to add an element.
 *
 * @param familiesOf the families that a lookup need be done for; `port` is of no family, and counts as 4
 */
export function renderFoldFinders(
  walks: Iterable<Walk>,
  familiesOf: (lookup: FoldLookup) => readonly Family[],
): readonly Chain[] {
  const finders = new Map<string, FoldFinder>();
  for (const { direction, tiers } of walks) {
    for (const { steps } of tiers) {
      for (const step of steps) {
        if (step.kind === 'rule') continue;
        const finder = { direction, lookups: step.lookups };
        finders.set(foldFinderName(finder), finder);
      }
    }
  }
  return [...finders].map(([name, finder]) => renderFinder(name, finder, familiesOf));
}

const order: readonly FoldLookup[] = ['peer-port', 'peer-protocol', 'peer', 'port'];

const fields: Readonly<Record<FoldLookup, readonly string[]>> = {
  'peer-port': ['meta l4proto', 'th dport'],
  'peer-protocol': ['meta l4proto'],
  peer: [],
  port: ['meta l4proto', 'th dport'],
};

/** What the first lookup finds is not to be found by the others: they miss, as it is no id of a fold. */
function renderFinder(
  name: string,
  { direction, lookups }: FoldFinder,
  familiesOf: (lookup: FoldLookup) => readonly Family[],
): Chain {
  const end = direction === 'ingress' ? 'saddr' : 'daddr';
  const rules = order
    .filter((lookup) => lookups.includes(lookup))
    .flatMap((lookup) =>
      familiesOf(lookup).map((family) => {
        const peer = lookup === 'port' ? [] : [`${family === 4 ? 'ip' : 'ip6'} ${end}`];
        const action = found.lookup([...peer, ...fields[lookup]].join(' . '), collectionNames.fold(lookup, family));
        return {
          match: '',
          action,
          uncounted: true as const,
          comment: lookup === 'port' ? 'for any peer' : `for this ${lookup.replace('-', ' and ')}`,
        };
      }),
    );
  return { name, comment: 'Puts the number of the rule in the place of what is looked for', rules };
}
