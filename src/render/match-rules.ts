import type { Chain, Rule } from '../nft/model.ts';
import type { Conditions } from './match-conditions.ts';

/** More rules than this for one rule of a policy, and chains of their own share what they have in common. */
const maxRules = 16;
/** A rule of the kernel has room for a few dozen conditions. */
const maxConditions = 12;

/**
 * One match text for each combination of alternatives; `undefined` when there would be too many of them, too much in
 * one, or something that cannot be said in one.
 */
export function flatMatches(conditions: readonly Conditions[]): readonly string[] | undefined {
  const matches: string[] = [];
  for (const { family, all, none, oneOf } of conditions) {
    const count = oneOf.reduce((product, alternatives) => product * alternatives.length, 1);
    if (matches.length + count > maxRules || all.length + none.length + oneOf.length > maxConditions) return undefined;
    const fixed = [...all, ...none.map(({ fails }) => fails)];
    if (isMisread(fixed)) return undefined;
    const combinations = oneOf.reduce<readonly (readonly string[])[]>(
      (parts, alternatives) => parts.flatMap((part) => alternatives.map((one) => [...part, one])),
      [fixed],
    );
    matches.push(...combinations.map((parts) => withFamily(parts.join(' '), family)));
  }
  return matches;
}

/** nft 1.0.6 makes one comparison of two fields that are neighbours, also where both are negated: "not both" for "neither". */
function isMisread(fixed: readonly string[]): boolean {
  const isNegated = (port: string) => fixed.some((text) => text.includes(`${port} != `));
  return isNegated('sport') && isNegated('dport');
}

/** Addresses say of which family they are; without one it has to be asked for. */
export function withFamily(match: string, family: Conditions['family']): string {
  if (family === undefined || /\bip6? [sd]addr\b/.test(match)) return match;
  return `meta nfproto ipv${family}${match === '' ? '' : ` ${match}`}`;
}

/**
 * The same as chains: what is excluded leaves first, then each list of alternatives is a chain that leads to that of the
 * next one. Costs as many rules as there are alternatives, not as many as there are combinations.
 *
 * @param name of the first chain; the others have a number or two after it
 * @param found what is done with a packet that matches
 * @param otherwise the verdict for one that does not
 */
export function matchTree(
  name: string,
  conditions: readonly Conditions[],
  found: Rule,
  otherwise: string,
): readonly Chain[] {
  const notIt = { match: '', action: otherwise, comment: 'none of these' };
  const entries = conditions.map(({ family }) => ({
    match: withFamily('', family),
    action: `goto ${name}.${family ?? 'any'}`,
    comment: found.comment,
  }));
  return [
    { name, rules: [...entries, notIt] },
    ...conditions.flatMap((one) => familyTree(`${name}.${one.family ?? 'any'}`, one, found, notIt)),
  ];
}

function familyTree(name: string, { all, none, oneOf }: Conditions, found: Rule, notIt: Rule): readonly Chain[] {
  const stage = (i: number) => (i === 0 ? name : `${name}.${i}`);
  const excluded = none.map(({ holds }) => ({ ...notIt, match: holds, comment: 'excluded' }));
  const [first = [''], ...others] = fewer(oneOf);
  // What must hold in any case goes with the first alternatives.
  const stages = [first.map((match) => [...all, match].join(' ').trim()), ...others];
  return stages.map((alternatives, i) => {
    const action = i === stages.length - 1 ? found.action : `goto ${stage(i + 1)}`;
    const rules = alternatives.map((match) => ({ match, action, comment: found.comment }));
    return { name: stage(i), rules: [...(i === 0 ? excluded : []), ...rules, notIt] };
  });
}

/** The kernel refuses chains that lead on more than 15 times, and tiers need some of them. */
const maxStages = 3;

/** The shortest lists of alternatives are combined until there are few. */
function fewer(lists: Conditions['oneOf']): Conditions['oneOf'] {
  if (lists.length <= maxStages) return lists;
  const [a = [], b = [], ...rest] = lists.toSorted((one, other) => one.length - other.length);
  return fewer([a.flatMap((one) => b.map((other) => `${one} ${other}`)), ...rest]);
}
