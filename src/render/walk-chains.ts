import type { Chain, Rule } from '../nft/model.ts';
import type { Direction } from '../policy/direction.ts';
import type { Walk } from '../policy/policy-state.ts';
import { chainNames } from './chain-names.ts';
import { type DropSettings, dropRules } from './drop-rules.ts';
import { fitComment } from './fit-comment.ts';
import type { MatchContext } from './match-conditions.ts';
import { found, special } from './policy-key.ts';
import { renderTierChains } from './tier-chains.ts';

/**
 * The chains of a walk's tiers, each of which leads to the next. The kernel refuses chains that lead on more than 15
 * times: where there are many tiers, a chain takes them a few at a time.
 */
export function renderWalkChains(walk: Walk, context: MatchContext): readonly Chain[] {
  const staged = isStaged(walk);
  const next = (i: number) =>
    staged && (i % tiersAtATime === 0 || i === walk.tiers.length) ? chainNames.goesOn : entryFrom(walk, i);
  const tiers = walk.tiers.flatMap((tier, i) => renderTierChains(walk, tier, next(i + 1), context));
  return staged ? [stages(walk), ...tiers] : tiers;
}

const tiersAtATime = 3;

function isStaged({ tiers }: Walk): boolean {
  return tiers.length > tiersAtATime;
}

function stages(walk: Walk): Chain {
  const rules = walk.tiers.flatMap((_, i): Rule[] => {
    if (i % tiersAtATime !== 0) return [];
    const jump = { match: '', action: `${found.reset} jump ${entryFrom(walk, i)}`, comment: 'the next tiers' };
    const decided = { match: found.isNot(special.goesOn), action: 'return', comment: 'decided' };
    return [jump, decided];
  });
  const end = `${found.reset} goto ${entryFrom(walk, walk.tiers.length)}`;
  const comment = `${walk.tiers.length} tiers, a few at a time`;
  return {
    name: chainNames.tiers(walk),
    comment,
    rules: [...rules, { match: '', action: end, comment: 'no tier has decided' }],
  };
}

/** The chain that a walk begins with; of one that does not exist, a drop. */
export function walkEntry(walk: Walk | undefined, direction: Direction): string {
  if (walk === undefined) return chainNames.noProfile(direction);
  return isStaged(walk) ? chainNames.tiers(walk) : entryFrom(walk, 0);
}

function entryFrom(walk: Walk, i: number): string {
  const tier = walk.tiers[i];
  if (tier !== undefined) return chainNames.tier(tier.tier, walk);
  if (walk.profile !== undefined) return chainNames.profile(walk.profile, walk.direction);
  return isOpenEnded(walk) ? chainNames.undecided : chainNames.noProfile(walk.direction);
}

/** Phases that leave to others what no rule decides. */
function isOpenEnded({ phase }: Pick<Walk, 'phase'>): boolean {
  return phase !== 'workload' && phase !== 'normal';
}

/** The chains in which walks end that no rule has: tiers that drop, profiles, and what is left. By name, each once. */
export function renderWalkEnds(walks: Iterable<Walk>, settings: DropSettings): readonly Chain[] {
  const chains = new Map<string, Chain>();
  const add = (name: string, chain: () => Omit<Chain, 'name'>) => {
    if (!chains.has(name)) chains.set(name, { name, ...chain() });
  };
  const noProfile = (direction: Direction) => {
    const reason = { kind: 'no-profile', direction } as const;
    add(chainNames.noProfile(direction), () => ({ rules: dropRules(reason, 'drop: no profile allows it', settings) }));
  };
  for (const walk of walks) {
    const { tiers, direction, phase, profile } = walk;
    if (isStaged(walk)) add(chainNames.goesOn, goesOnChain);
    for (const { tier, end } of tiers) {
      if (end !== 'drop') continue;
      const reason = { kind: 'tier-end', direction, tier } as const;
      const why = `drop: no rule of the tier's policies allows it, tier ${tier}`;
      add(chainNames.tierEnd(tier, direction), () => ({ rules: dropRules(reason, why, settings) }));
    }
    if (profile !== undefined) add(chainNames.profile(profile, direction), () => profileChain(profile));
    if (isOpenEnded({ phase })) add(chainNames.undecided, undecidedChain);
  }
  noProfile('ingress');
  noProfile('egress');
  return [...chains.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}

function profileChain(profile: string): Omit<Chain, 'name'> {
  const comment = fitComment(`Allow: no policy's tier has decided, profile ${profile}`);
  return { rules: [{ match: '', action: `${found.reset} return`, comment }] };
}

function goesOnChain(): Omit<Chain, 'name'> {
  const comment = 'no rule of these tiers has decided: on to the next ones';
  return { rules: [{ match: '', action: `${found.set(special.goesOn)} return`, comment }] };
}

function undecidedChain(): Omit<Chain, 'name'> {
  return {
    rules: [{ match: '', action: `${found.reset} return`, comment: 'no rule has decided: on to the next phase' }],
  };
}
