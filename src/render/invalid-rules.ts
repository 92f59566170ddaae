import type { Rule } from '../nft/model.ts';
import type { Direction } from '../policy/direction.ts';
import type { PolicySettings } from '../policy/policy-settings.ts';
import { chainNames } from './chain-names.ts';

/** Drops what connection tracking cannot place, before policy is asked: an answer to nothing, a broken packet. */
export function invalidRules(
  direction: Direction,
  { dropInvalid }: Pick<PolicySettings, 'dropInvalid'>,
): readonly Rule[] {
  if (!dropInvalid) return [];
  const comment = 'no beginning of a connection, and no part of one';
  return [{ match: 'ct state invalid', action: `goto ${chainNames.drop('invalid', direction)}`, comment }];
}
