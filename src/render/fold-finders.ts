import type { Family } from '../net/ip.ts';
import type { Chain } from '../nft/model.ts';
import type { Direction } from '../policy/direction.ts';
import type { FoldLookup, FoldStep, Walk } from '../policy/policy-state.ts';
import { found } from './policy-key.ts';
import { collectionNames } from './policy-sets.ts';

/** The chain that finds folded rules: `cali-find-in/peer-port/port`. */
export function foldFinderName(direction: Direction, { lookups }: Pick<FoldStep, 'lookups'>): string {
  return `cali-find-${direction === 'ingress' ? 'in' : 'out'}/${lookups.join('/')}`;
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
  const finders = new Map<string, Chain>();
  for (const { direction, tiers } of walks) {
    for (const step of tiers.flatMap(({ steps }) => steps)) {
      if (step.kind === 'rule') continue;
      const name = foldFinderName(direction, step);
      if (!finders.has(name)) finders.set(name, renderFinder(name, direction, step.lookups, familiesOf));
    }
  }
  return [...finders.values()];
}

const fields: Readonly<Record<FoldLookup, readonly string[]>> = {
  'peer-port': ['meta l4proto', 'th dport'],
  'peer-protocol': ['meta l4proto'],
  peer: [],
  port: ['meta l4proto', 'th dport'],
};

/** What the first lookup finds is not to be found by the others: they miss, as it is no id of a fold. */
function renderFinder(
  name: string,
  direction: Direction,
  lookups: readonly FoldLookup[],
  familiesOf: (lookup: FoldLookup) => readonly Family[],
): Chain {
  const end = direction === 'ingress' ? 'saddr' : 'daddr';
  const rules = lookups.flatMap((lookup) =>
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
